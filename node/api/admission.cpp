#include "node/api/admission.hpp"

namespace catacomb::node::api {

Admission::Room Admission::room_for_stranger(Time now) const {
    Room out;
    out.now = strangers_.size() < most_strangers_;
    if (out.now) return out;
    const auto& [connection, since] = *strangers_.begin();
    out.until = since + kTimeToSpeak;
    if (out.until <= now) out.leaves = connection;
    return out;
}

}  // namespace catacomb::node::api
