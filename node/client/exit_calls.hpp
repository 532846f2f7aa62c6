// The client's side of what an exit does for it (docs/spec/storage-messages.md 2): one conversation on a
// circuit per call, each in a file of its own. Everything that comes back is verified again; the exit is not
// believed. Code::busy: the exit gave the request up unheard, as it does with one more than it takes.
#pragma once

#include "node/circuits/paths.hpp"
#include "node/protocol/block_nonce.hpp"
#include "node/protocol/renewal.hpp"
#include "node/protocol/vault_tag.hpp"
#include "storage/segment/segment.hpp"

namespace catacomb::node {

// ---- fetch

struct FetchCall {
    storage::SegmentRef segment;
    BlockMask want = 0;
    unsigned need = 0;    // of those wanted; at most k
    Duration limit{};     // what the exit is given
    Duration patience{};  // silence for longer ends the call
    // Each block that came, verified. False: no more are wanted.
    std::function<bool(storage::Block)> take;
};
// Bodies that are read to see whether they are there; what came of them is all that is kept.
FetchCall sample_call(const storage::SegmentRef& segment, BlockMask want);
struct FetchEnd {
    BlockMask got = 0;                             // blocks that came
    BlockMask found = 0, absent = 0, missing = 0;  // as the exit says, once it has said so
    bool said = false;
    bool stalled = false;  // it fell silent before it was done
};
// An error only when nothing came: what came before one counts. Code::corrupt: the exit sent something that
// is not a block asked for.
Task<Result<FetchEnd>> fetch_blocks(Runtime& runtime, CircuitPtr circuit, FetchCall call);

struct FetchedBlocks {
    std::vector<storage::Block> blocks;            // verified, distinct
    BlockMask found = 0, absent = 0, missing = 0;  // as the exit says
};
// The same, and waits out the limit.
Task<Result<FetchedBlocks>> fetch_blocks(Runtime& runtime, CircuitPtr circuit, storage::SegmentRef segment,
                                         BlockMask want, unsigned need, Duration limit);

// ---- store

struct StoreCall {
    std::shared_ptr<const storage::SegmentBlocks> segment;
    BlockMask want = 0;
    Time lease_end{};             // asked for
    NonceSeed nonce_seed;         // fresh for each call
    std::vector<VaultTag> avoid;  // at most kMostAvoided
    Duration limit{};
};
struct StoredBlocks {
    std::vector<Acknowledged> acknowledged;
    std::optional<Error> failure;  // why blocks could not be placed: words of ours, never the exit's
};
// What an exit told, when it is the name of an error code; else Code::refused and words that say so. It ends
// up on a terminal.
Error known_failure(std::string_view told);
// Code::timed_out when the exit does not take the blocks within `limit`, looked at between two fragments.
Task<Result<StoredBlocks>> store_blocks(Runtime& runtime, CircuitPtr circuit, StoreCall call,
                                        const routing::View& view, ProofChecker& proofs);

// ---- have

struct HadBlocks {
    BlockMask have = 0, absent = 0;
};
Task<Result<HadBlocks>> ask_have(Runtime& runtime, CircuitPtr circuit, storage::SegmentRef segment,
                                 Duration limit);

// ---- renew

struct RenewCall {
    std::vector<RenewalItem> items;  // of one segment each; at most kSegmentsRenewed
    Time lease_end{};                // asked for
    NonceSeed nonce_seed;            // fresh for each call
    Duration limit{};
    // Blocks of an item that a vault has given its word for, until when; checked.
    std::function<void(std::size_t item, BlockMask renewed, Time granted)> take;
};
// Of each item, blocks that are at vaults which are away, as the exit says. An error does not take back what
// came before it; Code::corrupt: the exit sent a word that does not hold.
Task<Result<std::vector<BlockMask>>> renew_blocks(Runtime& runtime, CircuitPtr circuit, RenewCall call,
                                                  const routing::View& view, ProofChecker& proofs);

// ---- common to them

inline std::uint32_t to_ms(Duration limit) {
    return static_cast<std::uint32_t>(duration_cast<milliseconds>(limit).count());
}
// What a call that was not answered at all failed of: Code::busy when the exit reset the stream.
inline Error unheard(const Error& why, const CircuitPtr& circuit) {
    const bool reset = why.is(Code::unreachable) && !circuit->is_closed();
    return reset ? error(Code::busy, "the exit took no request") : why;
}

}  // namespace catacomb::node
