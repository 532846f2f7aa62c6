// SegmentPlacer: the coroutine that does what Placing says, for the segments of one job: stores through one
// exit, looks through others. A segment that is no longer in memory and must be stored again is gathered from
// the network first.
#pragma once

#include "node/client/placing.hpp"
#include "node/client/segment_fetcher.hpp"

namespace catacomb::node {

using SegmentBlocksPtr = std::shared_ptr<const storage::SegmentBlocks>;

class SegmentPlacer {
public:
    SegmentPlacer(ClientParts& parts, JobPtr job, ExitSet& exits);

    // Until it is done; an error says how far it came. `placing` outlives the call. `blocks`: null when they
    // are not in memory.
    Task<Result<>> place(Placing& placing, SegmentBlocksPtr blocks);

    const Evidence& evidence() const { return evidence_; }
    void ask_for_lease(Time end) { lease_end_ = end; }
    Task<void> drained();

private:
    using HadPromise = std::shared_ptr<routing::Promise<HadBlocks>>;
    Task<Result<>> store(Placing& placing, SegmentBlocksPtr& blocks, Placing::Store step);
    Task<void> look(Placing& placing, Placing::Look step);
    Task<void> have(CircuitPtr circuit, storage::SegmentRef segment, HadPromise promise);
    Task<Result<BlockMask>> read(CircuitPtr circuit, storage::SegmentRef segment, BlockMask bodies);
    Task<Result<SegmentBlocksPtr>> gather(storage::SegmentRef segment);
    void failed(const Error& why);
    std::string last_words() const { return last_failure_ ? last_failure_->text() : ""; }

    ClientParts& parts_;
    JobPtr job_;
    ExitSet& exits_;
    SegmentFetcher fetcher_;
    Evidence evidence_;
    std::unique_ptr<Rng> rng_;
    Time lease_end_{};
    std::optional<Error> last_failure_;  // the last words of an exit or about one
    routing::TaskSet tasks_;
};

storage::SegmentRef segment_of(const PlacingState& state);

}  // namespace catacomb::node
