// The client's side of what an exit does for it (docs/spec/storage-messages.md 2): one conversation on a
// circuit per call. Everything that comes back is verified again; the exit is not believed.
#pragma once

#include "node/circuits/paths.hpp"
#include "node/protocol/acknowledgement.hpp"
#include "storage/segment/segment.hpp"

namespace catacomb::node {

struct FetchedBlocks {
    std::vector<storage::Block> blocks;            // verified, distinct
    BlockMask found = 0, absent = 0, missing = 0;  // as the exit says
};
// Asks for `need` of the blocks in `want`. What came before an error or the limit is returned, not lost;
// an error only when nothing could be asked. Code::corrupt: the exit sent something that is not a block asked
// for.
Task<Result<FetchedBlocks>> fetch_blocks(Runtime& runtime, CircuitPtr circuit, storage::SegmentRef segment,
                                         BlockMask want, unsigned need, Duration limit);

struct StoredBlocks {
    std::vector<Acknowledged> acknowledged;
    std::string failure;  // of a block that could not be placed: words of ours, never the exit's
};
// What an exit told, when it is the name of an error code; else words that say so. It ends up on a terminal.
std::string known_failure(std::string_view told);
// Code::timed_out when the exit does not take the blocks within `limit`, looked at between two fragments.
Task<Result<StoredBlocks>> store_blocks(Runtime& runtime, CircuitPtr circuit,
                                        std::shared_ptr<const storage::SegmentBlocks> segment, BlockMask want,
                                        Time lease_end, const routing::View& view, ProofChecker& proofs,
                                        Duration limit);

struct HadBlocks {
    BlockMask have = 0, absent = 0;
};
Task<Result<HadBlocks>> ask_have(Runtime& runtime, CircuitPtr circuit, storage::SegmentRef segment,
                                 Duration limit);

}  // namespace catacomb::node
