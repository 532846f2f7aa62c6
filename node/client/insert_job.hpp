// InsertJob: a file in, a key out (docs/architecture.md, Life of a file). Segments are dispersed one after
// the other on a worker and stored a few at a time, each through one exit and then checked through another;
// memory does not grow with the file.
#pragma once

#include "crypto/hash.hpp"
#include "node/client/exit_calls.hpp"
#include "node/client/parts.hpp"
#include "node/client/placement_report.hpp"
#include "node/protocol/limits.hpp"
#include "storage/tree/disperser.hpp"

namespace catacomb::node {

class InsertJob {
public:
    InsertJob(ClientParts& parts, JobPtr job, InsertOptions options, std::shared_ptr<ByteSource> from);

    // Runs to the end and leaves the outcome in the job.
    Task<void> run();

private:
    struct Placed {
        std::vector<Acknowledged> given;                 // distinct by index
        std::map<routing::NodeId, BlockMask> stored_by;  // exit -> what it says that it stored
        BlockMask witnessed = 0;                         // seen through an exit that did not store it
        std::string failure;

        BlockMask mask() const;
        // What is not in `kept` does not count as placed any more.
        void keep(BlockMask kept);
    };

    Task<Result<>> insert();
    Task<Result<>> spool_input();
    Task<Result<>> disperse(std::shared_ptr<storage::FileDisperser> disperser);
    Task<Result<>> disperse_chunk(std::shared_ptr<storage::FileDisperser> disperser,
                                  std::shared_ptr<Bytes> chunk);
    Task<Result<>> hand_over(storage::NewSegment segment);

    Task<void> keep_segment(std::shared_ptr<const storage::SegmentBlocks> segment, std::uint64_t number);
    Task<Result<>> store_and_check(std::shared_ptr<const storage::SegmentBlocks> segment,
                                   std::uint64_t number);
    Task<void> store_missing(std::shared_ptr<const storage::SegmentBlocks> segment, Placed& placed,
                             std::size_t slot, Time deadline);
    Task<Result<>> check(std::shared_ptr<const storage::SegmentBlocks> segment, Placed& placed,
                         std::size_t slot, Time deadline);

    ClientParts& parts_;
    JobPtr job_;
    InsertOptions options_;
    std::shared_ptr<ByteSource> from_;
    ExitSet exits_;
    std::unique_ptr<Rng> rng_;
    Time lease_end_{};
    PlacementReport report_;
    std::uint64_t segments_ = 0;
    std::uint64_t spooled_ = 0;  // bytes, of parts_.spooled
    std::size_t in_flight_ = 0;
    routing::Gate landed_;
    routing::TaskSet tasks_;
};

// Fewer acknowledged blocks than this and the segment does not count as stored: three quarters of n.
inline unsigned happiness(const storage::Profile& profile) { return (3u * profile.n + 3) / 4; }
// At least limits::kLease away, at midnight UTC: to the second it would be a mark that all blocks of one
// insert share.
inline Time lease_end_at(Time now) {
    using limits::kDay;
    const auto days = (now + limits::kLease).time_since_epoch() / kDay;
    return Time(kDay * (days + 1));
}

}  // namespace catacomb::node
