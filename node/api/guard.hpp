// Who may speak to the API: the holder of the token, from a program of this machine, and no web page. Pure.
#pragma once

#include <optional>

#include "base/result.hpp"

namespace catacomb::node::api {

// What of a request's head decides; empty where the header is missing.
struct Credentials {
    std::string_view host, origin, authorization;
};
struct Refusal {
    unsigned status;  // HTTP: 401 or 403
    Error why;
};
// Host must name the loopback interface (a page that rebinds its own name to 127.0.0.1 sends that name),
// Origin must be absent (no page is served from here), and the token must be right (compared in constant
// time).
std::optional<Refusal> refuse(const Credentials& from, std::string_view token);

}  // namespace catacomb::node::api
