#include "routing/link/sources.hpp"

#include <algorithm>

#include "base/defence.hpp"

namespace catacomb::routing {
namespace {

template <class Key>
std::size_t count_in(const std::map<Key, std::size_t>& counts, const Key& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? 0 : found->second;
}

template <class Key>
void one_less(std::map<Key, std::size_t>& counts, const Key& key) {
    const auto found = counts.find(key);
    if (found != counts.end() && --found->second == 0) counts.erase(found);
}

}  // namespace

SourceRates::SourceRates(unsigned per_second, unsigned burst, std::size_t most)
    : fresh_(per_second, burst, Time{}), shared_(fresh_), most_(most) {}

bool SourceRates::take(const Source& source, Time now) {
    auto& bucket = bucket_of(source, now);
    const auto before = bucket.full_at();
    if (!bucket.take(now)) return false;
    if (&bucket == &shared_) return true;
    full_at_.erase({before, source});
    full_at_.emplace(bucket.full_at(), source);
    return true;
}

TokenBucket& SourceRates::bucket_of(const Source& source, Time now) {
    while (!full_at_.empty() && full_at_.begin()->first <= now) forget(full_at_.begin()->second);
    const auto known = buckets_.find(source);
    if (known != buckets_.end()) return known->second;
    if (buckets_.size() >= most_) return shared_;
    return buckets_.emplace(source, fresh_).first->second;
}

void SourceRates::forget(Source source) {
    const auto known = buckets_.find(source);
    if (known == buckets_.end()) return;
    full_at_.erase({known->second.full_at(), known->first});
    buckets_.erase(known);
}

Sources::Sources(const LinkLimits& limits, bool special_apart)
    : limits_(limits),
      special_apart_(special_apart),
      handshakes_(limits.handshakes_per_second, limits.handshake_burst, limits.sources),
      creates_(limits.creates_per_second, limits.create_burst, limits.sources) {}

Source Sources::source_of(const Endpoint& from) const {
    Source out = from.address;
    if (special_apart_ && from.is_special()) return out;
    const std::size_t counts = from.is_v4() ? 15 : 8;  // bytes
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(counts), out.end(), std::uint8_t{0});
    return out;
}

bool Sources::admit(const Endpoint& from, Time now) {
    const auto source = source_of(from);
    if (count_in(by_address_, from.address) >= limits_.links_per_address) return false;
    if (count_in(by_source_, source) >= limits_.links_per_prefix &&
        stands(Defence::links_are_counted_by_prefix))
        return false;
    if (!handshakes_.take(source, now)) return false;
    ++accepted_;
    ++by_address_[from.address];
    ++by_source_[source];
    return true;
}

void Sources::left(const Endpoint& from) {
    const auto source = source_of(from);
    --accepted_;
    one_less(by_address_, from.address);
    one_less(by_source_, source);
    if (stands(Defence::sources_are_remembered) || by_source_.contains(source)) return;
    handshakes_.forget(source);
    creates_.forget(source);
}

bool Sources::may_create(const Endpoint& from, Time now) { return creates_.take(source_of(from), now); }

std::size_t Sources::remembered() const { return std::max(handshakes_.remembered(), creates_.remembered()); }

}  // namespace catacomb::routing
