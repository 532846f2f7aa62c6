// The values a setting can have, from text and back. parse() takes what a person writes; its errors say what
// would have been right. print() gives text that parse() takes.
#pragma once

#include "node/config/config.hpp"

namespace catacomb::node {

Result<> parse(std::string_view text, bool& out);
Result<> parse(std::string_view text, unsigned& out);
Result<> parse(std::string_view text, std::uint16_t& out);
Result<> parse(std::string_view text, std::uint64_t& out);
Result<> parse(std::string_view text, std::string& out);
Result<> parse(std::string_view text, std::filesystem::path& out);
Result<> parse(std::string_view text, Size& out);
Result<> parse(std::string_view text, Duration& out);
Result<> parse(std::string_view text, LogLevel& out);
Result<> parse(std::string_view text, routing::Endpoint& out);
// Comma-separated; empty text is an empty list.
Result<> parse(std::string_view text, std::vector<routing::Endpoint>& out);
// Empty text is "unset".
template <class T>
Result<> parse(std::string_view text, std::optional<T>& out) {
    if (text.empty()) {
        out.reset();
        return ok();
    }
    T value{};
    auto done = parse(text, value);
    if (done) out = value;
    return done;
}

std::string print(bool value);
std::string print(unsigned value);
std::string print(std::uint16_t value);
std::string print(std::uint64_t value);
std::string print(const std::string& value);
std::string print(const std::filesystem::path& value);
std::string print(Size value);
std::string print(Duration value);
std::string print(LogLevel value);
std::string print(const routing::Endpoint& value);
std::string print(const std::vector<routing::Endpoint>& value);
template <class T>
std::string print(const std::optional<T>& value) {
    return value ? print(*value) : std::string();
}

}  // namespace catacomb::node
