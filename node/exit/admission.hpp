// Admission: the work that an exit takes on, for all of its operations: some of each kind by one circuit, and
// in all as much as a budget of memory allows. A Place is held by the request that got it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace catacomb::node {

class Admission {
public:
    explicit Admission(std::size_t bytes) : most_(bytes) {}

    // Gives back what it took when it ends. The Admission outlives it.
    class Place {
    public:
        Place(Place&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), key_(other.key_), bytes_(other.bytes_) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (of_) of_->end(key_, bytes_);
        }

    private:
        friend class Admission;
        using Key = std::pair<std::uint64_t, int>;  // circuit, operation
        Place(Admission& of, Key key, std::size_t bytes) : of_(&of), key_(key), bytes_(bytes) {}
        Admission* of_;
        Key key_;
        std::size_t bytes_;
    };

    // nullopt: that circuit has `per_circuit` requests of the operation under way, or there is no room for
    // `bytes`.
    std::optional<Place> enter(std::uint64_t circuit, int operation, std::size_t per_circuit,
                               std::size_t bytes) {
        const Place::Key key{circuit, operation};
        const auto same = under_way_.find(key);
        if (same != under_way_.end() && same->second >= per_circuit) return std::nullopt;
        if (bytes > most_ - held_) return std::nullopt;
        held_ += bytes;
        ++under_way_[key];
        return Place(*this, key, bytes);
    }
    std::size_t held() const { return held_; }

private:
    void end(Place::Key key, std::size_t bytes) {
        held_ -= bytes;
        const auto same = under_way_.find(key);
        if (--same->second == 0) under_way_.erase(same);
    }

    std::size_t most_, held_ = 0;
    std::map<Place::Key, std::size_t> under_way_;
};

}  // namespace catacomb::node
