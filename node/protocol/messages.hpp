// Messages on circuit streams: one kind byte, then a protobuf message or raw bytes
// (docs/spec/storage-messages.md 1). The kind stands last, so that a large block takes and loses it without
// being moved.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "routing/wire/storage.pb.h"

namespace catacomb::node {

enum class Kind : std::uint8_t {
    // opened by a circuit's origin
    exit_fetch = 1,
    exit_store = 2,
    exit_have = 3,
    vault_register = 4,
    exit_renew = 5,
    gossip = 6,  // a GossipRequest (docs/spec/membership.md 3)
    // opened by a rendezvous towards its vault
    vault_offer = 16,
    vault_request = 17,
    vault_ping = 18,  // the other way
    vault_renew = 19,
    // answers and continuations
    block = 32,     // raw bytes of one block
    fragment = 33,  // raw bytes of one data fragment
    answer = 34,    // the protobuf message that the request calls for
    // what a side says to a request of a kind that it does not know: its kind byte
    unsupported = 35,
    // what an exit says to a request for which it has no room now; empty
    busy = 36,
};

struct Message {
    Kind kind;
    Bytes body;
};

inline Bytes with_kind(Kind kind, Bytes body) {
    body.push_back(static_cast<std::uint8_t>(kind));
    return body;
}
// Code::malformed when empty.
inline Result<Message> split_kind(Bytes bytes) {
    if (bytes.empty()) return error(Code::malformed);
    const auto kind = static_cast<Kind>(bytes.back());
    bytes.pop_back();
    return Message{kind, std::move(bytes)};
}

// The answer to a request of a kind that is not known here. It ends the conversation, and nothing else.
inline Bytes unsupported(Kind kind) {
    return with_kind(Kind::unsupported, Bytes(1, static_cast<std::uint8_t>(kind)));
}
// split_kind, for whoever asked: Code::busy or Code::unsupported when that is the answer.
inline Result<Message> split_answer(Bytes bytes) {
    auto message = split_kind(std::move(bytes));
    if (message && message->kind == Kind::busy) return error(Code::busy, "the relay has too much to do");
    if (message && message->kind == Kind::unsupported)
        return error(Code::unsupported, "the relay does not know what it was asked");
    return message;
}

template <class Proto>
Bytes encode(const Proto& message) {
    Bytes out(message.ByteSizeLong());
    message.SerializeToArray(out.data(), static_cast<int>(out.size()));
    return out;
}
template <class Proto>
Bytes encode(Kind kind, const Proto& message) {
    return with_kind(kind, encode(message));
}
template <class Proto>
Result<Proto> decode(ByteView bytes) {
    Proto out;
    if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return error(Code::malformed);
    return out;
}

inline std::string proto_bytes(ByteView bytes) { return to_string(bytes); }

}  // namespace catacomb::node
