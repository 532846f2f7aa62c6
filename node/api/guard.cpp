#include "node/api/guard.hpp"

#include <array>

#include "crypto/secret.hpp"

namespace catacomb::node::api {
namespace {

bool names_loopback(std::string_view host) {
    constexpr std::array<std::string_view, 3> kNames{"127.0.0.1", "localhost", "[::1]"};
    for (const auto name : kNames) {
        if (host.substr(0, name.size()) != name) continue;
        const auto rest = host.substr(name.size());
        if (rest.empty() || rest.front() == ':') return true;
    }
    return false;
}

bool bears(std::string_view authorization, std::string_view token) {
    constexpr std::string_view kScheme = "Bearer ";
    if (token.empty() || authorization.substr(0, kScheme.size()) != kScheme) return false;
    return crypto::equal_constant_time(view(authorization.substr(kScheme.size())), view(token));
}

}  // namespace

std::optional<Refusal> refuse(Door door, const Credentials& from, std::string_view token) {
    if (door == Door::stranger) {
        return Refusal{403, error(Code::refused,
                                  "only the user who runs the node, root, and the group that api.group "
                                  "names may use it")};
    }
    if (!from.origin.empty()) {
        return Refusal{403, error(Code::refused, "requests of web pages are not taken")};
    }
    if (door == Door::owner) return std::nullopt;
    if (!names_loopback(from.host)) {
        return Refusal{403, error(Code::refused, "the Host header does not name this machine")};
    }
    if (!bears(from.authorization, token)) {
        return Refusal{401, error(Code::refused,
                                  "the token is missing or wrong; it stands in the file api.token of the "
                                  "node's data directory, and changes at every start")};
    }
    return std::nullopt;
}

}  // namespace catacomb::node::api
