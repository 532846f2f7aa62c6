// Renewing: what a renewal of some segments has reached: for which blocks vaults have given their word, and
// until when; which exits were asked, and whether another one is worth asking. A block that is left is
// believed to be gone when two exits found nobody who would renew it. Pure.
#pragma once

#include <optional>
#include <vector>

#include "node/protocol/asked.hpp"
#include "node/renew_report.hpp"
#include "storage/segment/segment.hpp"

namespace catacomb::node {

class Renewing {
public:
    static constexpr unsigned kMostAsked = 5;

    explicit Renewing(const std::vector<storage::SegmentRef>& segments);

    // What to ask the next exit for: the blocks that are left, by segment. `numbers`: which ones these are.
    struct Left {
        std::vector<RenewalItem> items;
        std::vector<std::size_t> numbers;
    };
    Left left() const;
    // A vault has given its word. Of several for one block the longest lease counts.
    void renewed(std::size_t segment, BlockMask blocks, Time until);
    // An exit has said all it has to say; or it broke off, or could not be asked.
    void answered() { end_round(true); }
    void broke_off() { end_round(false); }
    // The exit says that vaults have them which are away. After answered() only the last exit's word counts.
    void absent(std::size_t segment, BlockMask blocks) { segments_[segment].absent = blocks; }
    bool is_over() const;
    // An exit gave an answer, or a vault its word.
    bool was_heard() const { return answers_ > 0 || blocks_ > 0; }

    // Adds what came of these segments.
    void add_to(RenewReport& report) const;

private:
    struct Segment {
        storage::SegmentRef ref;
        std::vector<std::optional<Time>> until;  // of each block
        BlockMask left = 0, absent = 0;
    };
    void end_round(bool answered);
    // When the k-th last lease ends: until then it can be read. nullopt: fewer were renewed.
    static std::optional<Time> holds_until(const Segment& segment);

    std::vector<Segment> segments_;
    std::size_t blocks_ = 0, before_ = 0;  // that are renewed, now and before this exit
    unsigned asked_ = 0, answers_ = 0, in_vain_ = 0;
};

}  // namespace catacomb::node
