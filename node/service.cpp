#include "node/service.hpp"

namespace catacomb::node {

std::string text_of(JobId id) {
    ByteArray<8> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(id >> (56 - 8 * i));
    return to_hex(bytes);
}

std::optional<JobId> job_id_from(std::string_view text) {
    const auto bytes = from_hex(text);
    if (!bytes || bytes->size() != 8) return std::nullopt;
    JobId id = 0;
    for (const auto byte : *bytes) id = id << 8 | byte;
    return id;
}

ExitCode exit_code_of(Code code) {
    switch (code) {
        case Code::not_found:
        case Code::corrupt:
            return ExitCode::not_found;
        case Code::malformed:
        case Code::bad_input:
        case Code::exists:
        case Code::changed:
        case Code::io:
            return ExitCode::usage;
        case Code::unreachable:
        case Code::timed_out:
            return ExitCode::unreachable;
        case Code::refused:
        case Code::full:
        case Code::limit:
        case Code::busy:
        case Code::too_few_relays:
        case Code::unsupported:
            return ExitCode::refused;
        case Code::closed:
            return ExitCode::interrupted;
    }
    return ExitCode::usage;
}

std::optional<Code> code_named(std::string_view name) {
    for (int i = 0; i <= static_cast<int>(Code::closed); ++i) {
        if (name == name_of(static_cast<Code>(i))) return static_cast<Code>(i);
    }
    return std::nullopt;
}

}  // namespace catacomb::node
