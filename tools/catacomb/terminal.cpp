#include "tools/catacomb/terminal.hpp"

#include <boost/json/serialize.hpp>
#include <iostream>

#include "tools/catacomb/api_client.hpp"

namespace catacomb::cli {
namespace json = boost::json;

void say(std::string_view sentence) { std::cerr << "catacomb: " << sentence << std::endl; }
void print_line(std::string_view result) { std::cout << result << std::endl; }
void print_json(const json::object& document) { std::cout << json::serialize(document) << std::endl; }

int fail(const Options& options, const Error& why) {
    const auto code = static_cast<int>(node::exit_code_of(why.code));
    say(why.text());
    if (options.json) {
        const json::object failure{{"code", name_of(why.code)}, {"message", why.text()}};
        print_json({{"error", failure}, {"exit_code", code}});
    }
    return code;
}

int fail_job(const Options& options, const json::object& job) {
    if (text_in(job, "state") == "cancelled") {
        say("the job was cancelled");
    } else {
        say(error_from_json(object_in(job, "error")).text());
    }
    if (options.json) print_json(job);
    return static_cast<int>(number_in(job, "exit_code"));
}

}  // namespace catacomb::cli
