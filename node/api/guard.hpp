// Who may speak to the API: the holder of the token, or who came in by the Unix socket and may; from a
// program of this machine, and no web page. Pure.
#pragma once

#include <optional>

#include "base/result.hpp"

namespace catacomb::node::api {

// How a connection came in.
enum class Door {
    tcp,       // anyone of this machine: the token decides
    owner,     // the Unix socket: the node's user, root, or one of the configured group
    stranger,  // the Unix socket: anyone else
};
// What of a request's head decides; empty where the header is missing.
struct Credentials {
    std::string_view host, origin, authorization;
};
struct Refusal {
    unsigned status;  // HTTP: 401 or 403
    Error why;
};
// Origin must be absent (no page is served from here). Over TCP, Host must name the loopback interface (a
// page that rebinds its own name to 127.0.0.1 sends that name), and the token must be right (compared in
// constant time).
std::optional<Refusal> refuse(Door door, const Credentials& from, std::string_view token);

}  // namespace catacomb::node::api
