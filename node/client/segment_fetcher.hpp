// SegmentFetcher: gets one segment of a file back: k verified blocks by whatever exits it takes, then the
// sealed stripe. Used by get and check jobs; the exits are the job's.
#pragma once

#include "node/client/exit_calls.hpp"
#include "node/client/parts.hpp"
#include "storage/tree/walker.hpp"

namespace catacomb::node {

class SegmentFetcher {
public:
    SegmentFetcher(ClientParts& parts, JobPtr job)
        : parts_(parts), job_(std::move(job)), exits_(parts.runtime, parts.pool) {}

    // Code::not_found: says how many of k blocks there are in which segment. It is believed only from two
    // exits, and while vaults are merely away it is tried again until the limit.
    Task<Result<std::shared_ptr<storage::SealedStripe>>> fetch(storage::TreeNode node);
    // What two exits know of it, without any body.
    Task<Result<HadBlocks>> have(storage::TreeNode node);
    // For good: what waits for blocks ends now.
    void close() { exits_.close(); }
    std::uint64_t blocks_fetched() const { return blocks_fetched_; }

private:
    struct Gathered;
    Task<Result<>> ask_one_exit(std::shared_ptr<Gathered> gathered, std::size_t slot);
    Error not_enough(const Gathered& gathered) const;

    ClientParts& parts_;
    JobPtr job_;
    ExitSet exits_;
    std::uint64_t blocks_fetched_ = 0;
    std::size_t next_slot_ = 0;
};

}  // namespace catacomb::node
