// Fields of the API's answers; zero, empty or false where one is missing or of another type.
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace catacomb {

std::uint64_t number_in(const boost::json::object& from, std::string_view name);
double real_in(const boost::json::object& from, std::string_view name);
bool flag_in(const boost::json::object& from, std::string_view name);
std::string text_in(const boost::json::object& from, std::string_view name);
const boost::json::object& object_in(const boost::json::object& from, std::string_view name);

}  // namespace catacomb
