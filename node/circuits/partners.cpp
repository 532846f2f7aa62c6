#include "node/circuits/partners.hpp"

#include <algorithm>

namespace catacomb::node {

std::vector<routing::DescriptorPtr> Partners::now() {
    const auto guards = paths_.guards();
    if (guards.empty()) return introduced();
    const auto answers = [&](const auto& guard) { return !view_.is_suspect(guard->id, runtime_.now()); };
    const auto first = std::find_if(guards.begin(), guards.end(), answers);
    return {first == guards.end() ? guards.front() : *first};
}

std::vector<routing::DescriptorPtr> Partners::introduced() const {
    std::vector<routing::DescriptorPtr> out;
    for (const auto& link : links_.all()) {
        if (!link->relay()) continue;
        if (auto relay = view_.find(link->relay()->id)) out.push_back(std::move(relay));
    }
    return out;
}

void Partners::close_needless_links() {
    if (!paths_.has_learnt()) return;
    const auto guards = paths_.guards();
    for (auto& link : links_.all()) {
        const auto is_guard = [&](const auto& guard) {
            return link->relay() && guard->id == link->relay()->id;
        };
        if (link->circuits == 0 && std::none_of(guards.begin(), guards.end(), is_guard)) link->close();
    }
}

}  // namespace catacomb::node
