#include "tools/api_client/terminal.hpp"

#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <iostream>

#include "base/plain_text.hpp"
#include "tools/api_client/api_client.hpp"

namespace catacomb::cli {
namespace json = boost::json;

void say(std::string_view sentence) { std::cerr << "catacomb: " << plain_text(sentence) << std::endl; }
void print_line(std::string_view result) { std::cout << result << std::endl; }
void print_json(const json::object& document) { std::cout << json::serialize(document) << std::endl; }

int finish_output(int exit_code) {
    // A network file system tells of a full disk only now.
    const bool written = static_cast<bool>(std::cout.flush());
    const bool closed = ::close(STDOUT_FILENO) == 0 || errno == EBADF;
    if (written && closed) return exit_code;
    say("cannot write to standard output; what was to stand there is lost (catacomb jobs shows the keys of "
        "inserts)");
    return exit_code != 0 ? exit_code : static_cast<int>(node::exit_code_of(Code::io));
}

int fail(const Options& options, const Error& why) {
    const auto code = static_cast<int>(node::exit_code_of(why.code));
    say(why.text());
    if (options.json) {
        const json::object failure{{"code", name_of(why.code)}, {"message", plain_text(why.text())}};
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
