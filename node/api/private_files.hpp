// The two small files by which local programs find the API and prove that they may use it.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "base/rng.hpp"

namespace catacomb::node::api {

inline constexpr const char* kPortFile = "api.port";
inline constexpr const char* kTokenFile = "api.token";

// 256 random bits as hexadecimal digits.
std::string make_token(Rng& rng);
// Replaces `file` in one step with one line of text that only its owner can read. Code::io.
Result<> write_private_file(const std::filesystem::path& file, std::string_view line);

}  // namespace catacomb::node::api
