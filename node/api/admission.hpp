// Admission: who may have a connection now. Owners have shown that they may use the API; beyond their limit
// they wait, in the order they came. Strangers have shown nothing yet, and have a small number of places of
// their own: when those are taken, the one that has been silent for longest gives way, but not before it had
// time to speak. So idle strangers keep nobody out. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/time.hpp"

namespace catacomb::node::api {

class Admission {
public:
    using Number = std::uint64_t;  // of a connection
    static constexpr Duration kTimeToSpeak = milliseconds(250);

    Admission(std::size_t owners, std::size_t strangers) : most_owners_(owners), most_strangers_(strangers) {}

    bool room_for_owner() const { return owners_ < most_owners_; }
    // For one more stranger: now, once `leaves` was stopped, or not before `until`.
    struct Room {
        bool now = false;
        std::optional<Number> leaves{};
        Time until{};
    };
    Room room_for_stranger(Time now) const;

    void owner_came() { ++owners_; }
    void stranger_came(Number connection, Time now) { strangers_[connection] = now; }
    // A stranger turned out to be an owner: at once, even beyond the limit.
    void became_known(Number connection) { owners_ += strangers_.erase(connection); }
    // Whatever it was.
    void left(Number connection) { owners_ -= strangers_.erase(connection) == 0 ? 1 : 0; }

private:
    const std::size_t most_owners_, most_strangers_;
    std::size_t owners_ = 0;
    std::map<Number, Time> strangers_;  // numbers grow: the first has been here for longest
};

}  // namespace catacomb::node::api
