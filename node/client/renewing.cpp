#include "node/client/renewing.hpp"

#include <algorithm>
#include <functional>

namespace catacomb::node {

Renewing::Renewing(const std::vector<storage::SegmentRef>& segments) {
    for (const auto& ref : segments) {
        Segment one{ref, {}, all_of(ref.profile.n), 0};
        one.until.resize(ref.profile.n);
        segments_.push_back(std::move(one));
    }
}

Renewing::Left Renewing::left() const {
    Left out;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        const auto& segment = segments_[i];
        if (segment.left == 0) continue;
        const auto size = static_cast<std::uint32_t>(segment.ref.profile.block());
        out.items.push_back({segment.ref.root, segment.left, size});
        out.numbers.push_back(i);
    }
    return out;
}

void Renewing::renewed(std::size_t segment, BlockMask blocks, Time until) {
    auto& one = segments_[segment];
    for (unsigned i = 0; i < one.until.size(); ++i) {
        if (!(blocks & bit(i))) continue;
        blocks_ += !one.until[i];
        one.until[i] = std::max(one.until[i].value_or(until), until);
    }
    one.left &= ~blocks;
    one.absent &= ~blocks;
}

void Renewing::end_round(bool answered) {
    ++asked_;
    answers_ += answered;
    in_vain_ = answered && blocks_ == before_ ? in_vain_ + 1 : 0;
    before_ = blocks_;
}

// What one exit leaves, another is asked for: until one of those finds nothing more.
bool Renewing::is_over() const {
    const bool none_left =
        std::all_of(segments_.begin(), segments_.end(), [](const auto& one) { return one.left == 0; });
    return none_left || asked_ >= kMostAsked || (answers_ >= 2 && in_vain_ > 0);
}

std::optional<Time> Renewing::holds_until(const Segment& segment) {
    std::vector<Time> ends;
    for (const auto& until : segment.until) {
        if (until) ends.push_back(*until);
    }
    const std::size_t k = segment.ref.profile.k;
    if (ends.size() < k) return std::nullopt;
    std::sort(ends.begin(), ends.end(), std::greater<>());
    return ends[k - 1];
}

void Renewing::add_to(RenewReport& report) const {
    for (const auto& segment : segments_) {
        const auto renewed = segment.ref.profile.n - count_of(segment.left);
        const auto spare = [](unsigned have, unsigned k) {
            return static_cast<int>(have) - static_cast<int>(k);
        };
        if (report.segments++ == 0 ||
            spare(renewed, segment.ref.profile.k) < spare(report.least_renewed, report.least_needed)) {
            report.least_renewed = renewed;
            report.least_needed = segment.ref.profile.k;
            report.least_wanted = segment.ref.profile.n;
        }
        report.blocks += segment.ref.profile.n;
        report.blocks_renewed += renewed;
        report.blocks_absent += count_of(segment.absent);
        for (const auto& until : segment.until) {
            if (until) report.first_lease_end = std::min(report.first_lease_end.value_or(*until), *until);
        }
        const auto until = holds_until(segment);
        if (!until) ++report.segments_short;
        if (until) report.lease_end = std::min(report.lease_end.value_or(*until), *until);
    }
    if (report.segments_short > 0) report.lease_end.reset();
}

}  // namespace catacomb::node
