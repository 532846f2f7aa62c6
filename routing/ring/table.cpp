#include "routing/ring/table.hpp"

#include <algorithm>

namespace catacomb::routing {

void Table::refresh(const std::function<DescriptorPtr(const NodeId&)>& newest) {
    const auto renew = [&](DescriptorPtr& relay) {
        if (auto found = newest(relay->id)) relay = std::move(found);
    };
    renew(self_);
    if (predecessor_) renew(predecessor_);
    for (auto& relay : successors_) renew(relay);
    for (auto& [bit, relay] : fingers_) renew(relay);
}

void Table::adopt(const DescriptorPtr& head, const Relays& heads_list) {
    Relays list;
    const auto take = [&](const DescriptorPtr& relay) {
        if (list.size() == r_ || relay->id == id()) return false;
        if (!list.empty() && distance(id(), relay->id) <= distance(id(), list.back()->id)) return false;
        list.push_back(relay);
        return true;
    };
    if (take(head))
        for (const auto& relay : heads_list)
            if (!take(relay)) break;
    set_successors(std::move(list));
}

void Table::insert(const DescriptorPtr& member) {
    auto list = successors_;
    const auto nearer = [this](const DescriptorPtr& a, const DescriptorPtr& b) {
        return distance(id(), a->id) < distance(id(), b->id);
    };
    const auto place = std::lower_bound(list.begin(), list.end(), member, nearer);
    if (member->id == id() || (place != list.end() && (*place)->id == member->id)) return;
    list.insert(place, member);
    if (list.size() > r_) list.pop_back();
    set_successors(std::move(list));
}

Table::Relays Table::missing(const Relays& known) const {
    Relays out;
    for (const auto& relay : known) {
        const bool in_reach =
            successors_.size() < r_ || distance(id(), relay->id) < distance(id(), successors_.back()->id);
        const bool listed = std::any_of(successors_.begin(), successors_.end(),
                                        [&](const DescriptorPtr& held) { return held->id == relay->id; });
        if (in_reach && !listed && relay->id != id()) out.push_back(relay);
    }
    return out;
}

void Table::set_successors(Relays list) {
    const auto same = [](const DescriptorPtr& a, const DescriptorPtr& b) { return a->id == b->id; };
    if (!std::equal(list.begin(), list.end(), successors_.begin(), successors_.end(), same)) ++version_;
    successors_ = std::move(list);
}

void Table::set_predecessor(DescriptorPtr relay) {
    const bool same = relay && predecessor_ ? relay->id == predecessor_->id : relay == predecessor_;
    if (!same) ++version_;
    predecessor_ = std::move(relay);
}

void Table::set_finger(std::size_t bit, DescriptorPtr relay) {
    if (relay && relay->id != id()) {
        fingers_[bit] = std::move(relay);
    } else {
        fingers_.erase(bit);
    }
}

void Table::drop(const NodeId& gone) {
    const auto is_gone = [&](const DescriptorPtr& relay) { return relay->id == gone; };
    if (std::erase_if(successors_, is_gone) > 0) ++version_;
    if (predecessor_ && is_gone(predecessor_)) set_predecessor(nullptr);
    std::erase_if(fingers_, [&](const auto& finger) { return is_gone(finger.second); });
}

bool Table::improves_successor(const NodeId& relay) const {
    return in_open_arc(id(), relay, successors_.empty() ? id() : successors_.front()->id);
}

bool Table::owns(const RingId& target) const {
    if (predecessor_) return in_half_open_arc(predecessor_->id, target, id());
    return successors_.empty() || target == id();
}

double Table::estimated_size() const {
    const auto known = static_cast<double>(successors_.size());
    if (successors_.size() < r_) return known + 1;  // the list goes all the way round
    const auto reach = fraction(distance(id(), successors_.back()->id));
    return reach > 0 ? known / reach : known + 1;
}

}  // namespace catacomb::routing
