// Result<T>: a value or an Error, for everything a caller is expected to decide about (docs/decisions/0002).
// A bug of ours is CHECK (base/check.hpp); what cannot go on is an exception, caught in main.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace catacomb {

enum class Code : std::uint8_t {
    malformed,       // bytes that are not what they claim to be
    corrupt,         // was good once: a checksum, tag or hash does not hold
    not_found,       // asked everyone; nobody has it
    unreachable,     // nobody there to ask, or the connection broke
    timed_out,       // asked; no answer within the deadline
    refused,         // the other side said no
    full,            // no room: quota or disk
    limit,           // a named maximum was reached
    too_few_relays,  // the network is too small for the circuits asked for
    changed,         // the input changed while it was read
    exists,          // would overwrite
    io,              // the operating system said no to a file
    bad_input,       // the user's words are off
    busy,            // try again
    unsupported,     // the other side does not know the request
    closed,          // we are shutting down
};

// "not found", "timed out", ...
const char* name_of(Code code);

struct Error {
    Code code;
    std::string message;  // a sentence for a person; never holds a secret

    bool is(Code other) const { return code == other; }
    // "message" or, where there is none, the code's name.
    std::string text() const { return message.empty() ? std::string(name_of(code)) : message; }
};

inline Error error(Code code, std::string message = {}) { return Error{code, std::move(message)}; }

// Boost.System calls this when value() is asked of an error: a bug, so it throws.
[[noreturn]] inline void throw_exception_from_error(const Error& e, const boost::source_location&) {
    throw std::runtime_error("unchecked error: " + e.text());
}

template <class T = void>
using Result = boost::system::result<T, Error>;

inline Result<> ok() { return Result<>(boost::system::in_place_value); }

}  // namespace catacomb
