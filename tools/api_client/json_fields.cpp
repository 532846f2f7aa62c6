#include "tools/api_client/json_fields.hpp"

namespace catacomb {
namespace json = boost::json;

std::uint64_t number_in(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    json::error_code failure;
    const auto number = value ? value->to_number<std::uint64_t>(failure) : 0;
    return failure ? 0 : number;
}

double real_in(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    json::error_code failure;
    const auto number = value ? value->to_number<double>(failure) : 0;
    return failure ? 0 : number;
}

bool flag_in(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value && value->is_bool() && value->get_bool();
}

std::string text_in(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::object& object_in(const json::object& from, std::string_view name) {
    static const json::object nothing;
    const auto* value = from.if_contains(name);
    return value && value->is_object() ? value->get_object() : nothing;
}

}  // namespace catacomb
