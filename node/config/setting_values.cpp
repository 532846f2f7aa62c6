#include "node/config/setting_values.hpp"

#include <array>
#include <charconv>

namespace catacomb::node {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};
// Largest first, so that print() finds the shortest form.
constexpr std::array kSizeUnits{Unit{"TiB", 1ULL << 40}, Unit{"GiB", 1ULL << 30}, Unit{"MiB", 1ULL << 20},
                                Unit{"KiB", 1ULL << 10}, Unit{"B", 1}};
constexpr std::array kDurationUnits{Unit{"d", 86'400'000'000}, Unit{"h", 3'600'000'000},
                                    Unit{"min", 60'000'000},   Unit{"s", 1'000'000},
                                    Unit{"ms", 1'000},         Unit{"us", 1}};

Error not_a(std::string_view text, std::string_view what) {
    return error(Code::bad_input, concat("'", text, "' is not ", what));
}

template <class Integer>
Result<> parse_integer(std::string_view text, Integer& out, std::string_view what) {
    Integer value{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return not_a(text, what);
    out = value;
    return ok();
}

// A whole number and one of `units`; a bare number counts in units of 1 where `bare_allowed`.
template <std::size_t N>
std::optional<std::uint64_t> parse_amount(std::string_view text, const std::array<Unit, N>& units,
                                          bool bare) {
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{}) return std::nullopt;
    auto suffix = text.substr(static_cast<std::size_t>(end - text.data()));
    while (!suffix.empty() && suffix.front() == ' ') suffix.remove_prefix(1);
    if (suffix.empty() && (bare || number == 0)) return number;
    for (const auto& unit : units) {
        if (suffix == unit.name && number <= std::uint64_t{INT64_MAX} / unit.factor)
            return number * unit.factor;
    }
    return std::nullopt;
}

template <std::size_t N>
std::string print_amount(std::uint64_t value, const std::array<Unit, N>& units) {
    for (const auto& unit : units) {
        if (value != 0 && value % unit.factor == 0) return concat(value / unit.factor, unit.name);
    }
    return "0";
}

constexpr std::array kLevelNames{std::pair{LogLevel::debug, "debug"}, std::pair{LogLevel::info, "info"},
                                 std::pair{LogLevel::warning, "warning"},
                                 std::pair{LogLevel::error, "error"}};

}  // namespace

Result<> parse(std::string_view text, bool& out) {
    if (text != "true" && text != "false") return not_a(text, "true or false");
    out = text == "true";
    return ok();
}
Result<> parse(std::string_view text, unsigned& out) {
    return parse_integer(text, out, "a whole number from 0 to 4294967295");
}
Result<> parse(std::string_view text, std::uint16_t& out) {
    return parse_integer(text, out, "a port number from 0 to 65535");
}
Result<> parse(std::string_view text, std::uint64_t& out) {
    return parse_integer(text, out, "a whole number");
}
Result<> parse(std::string_view text, std::string& out) {
    out = text;
    return ok();
}
Result<> parse(std::string_view text, std::filesystem::path& out) {
    out = std::filesystem::path(text);
    return ok();
}

Result<> parse(std::string_view text, Size& out) {
    const auto bytes = parse_amount(text, kSizeUnits, true);
    if (!bytes) return not_a(text, "a size such as 10GiB, 512MiB or 4096");
    out.bytes = *bytes;
    return ok();
}

Result<> parse(std::string_view text, Duration& out) {
    const auto count = parse_amount(text, kDurationUnits, false);
    if (!count) return not_a(text, "a length of time such as 30s, 10min or 2h");
    out = Duration(static_cast<std::int64_t>(*count));
    return ok();
}

Result<> parse(std::string_view text, LogLevel& out) {
    for (const auto& [level, name] : kLevelNames) {
        if (text != name) continue;
        out = level;
        return ok();
    }
    return not_a(text, "one of debug, info, warning, error");
}

Result<> parse(std::string_view text, routing::Endpoint& out) {
    auto endpoint = routing::Endpoint::parse(text);
    if (!endpoint) return endpoint.error();
    out = *endpoint;
    return ok();
}

Result<> parse(std::string_view text, std::vector<routing::Endpoint>& out) {
    std::vector<routing::Endpoint> all;
    while (!text.empty()) {
        const auto comma = text.find(',');
        routing::Endpoint one;
        if (auto done = parse(text.substr(0, comma), one); !done) return done;
        all.push_back(one);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    out = std::move(all);
    return ok();
}

std::string print(bool value) { return value ? "true" : "false"; }
std::string print(unsigned value) { return std::to_string(value); }
std::string print(std::uint16_t value) { return std::to_string(value); }
std::string print(std::uint64_t value) { return std::to_string(value); }
std::string print(const std::string& value) { return value; }
std::string print(const std::filesystem::path& value) { return value.string(); }
std::string print(Size value) { return print_amount(value.bytes, kSizeUnits); }
std::string print(Duration value) {
    return print_amount(static_cast<std::uint64_t>(value.count()), kDurationUnits);
}
std::string print(LogLevel value) {
    for (const auto& [level, name] : kLevelNames) {
        if (level == value) return name;
    }
    return {};
}
std::string print(const routing::Endpoint& value) { return value.text(); }
std::string print(const std::vector<routing::Endpoint>& value) {
    std::string out;
    for (const auto& endpoint : value) out += (out.empty() ? "" : ",") + endpoint.text();
    return out;
}

}  // namespace catacomb::node
