#include <cmath>

#include "tools/api_client/api_client.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/progress.hpp"

namespace catacomb::cli {
namespace json = boost::json;
namespace {

// Longer than the node lets a request wait for a change.
constexpr auto kFollowLimit = seconds(60);

std::string role_words(const json::object& role) {
    std::string out;
    if (flag_in(role, "relay")) out = "relay";
    if (flag_in(role, "vault")) out += out.empty() ? "vault" : " and vault";
    return out.empty() ? "client" : out;
}

void print_status(const json::object& s) {
    const auto& role = object_in(s, "role");
    print_line(concat("version   ", text_in(s, "version"), ", ", role_words(role),
                      flag_in(s, "ready") ? ", ready" : ", not ready yet"));
    print_line(concat("relays    ", number_in(s, "relays_known"), " known, ",
                      number_in(s, "relays_answering"), " answer"));
    if (flag_in(role, "relay")) {
        const auto& ring = object_in(s, "ring");
        print_line(concat("ring      ", flag_in(ring, "joined") ? "joined" : "joining", ", ",
                          number_in(ring, "successors"), " successors, ",
                          flag_in(ring, "predecessor") ? "a predecessor" : "no predecessor"));
    }
    if (flag_in(role, "vault")) {
        const auto& vault = object_in(s, "vault");
        print_line(concat(
            "vault     ", number_in(vault, "blocks"), " blocks, ", amount_text(real_in(vault, "bytes_used")),
            " of ", amount_text(real_in(vault, "quota")), ", registered at ",
            number_in(vault, "registrations"), " of ", number_in(vault, "registrations_wanted"), " relays"));
    }
    const auto& circuits = object_in(s, "circuits");
    for (const auto* name : {"own", "relayed", "ready"}) {
        print_line(concat("circuits  ", name, " ", number_in(circuits, name)));
    }
    if (circuits.contains("typical_build_ms")) {
        print_line(concat("circuits  built in ", std::lround(real_in(circuits, "typical_build_ms")),
                          " ms, typically"));
    }
    const auto* warnings = s.if_contains("warnings");
    if (!warnings || !warnings->is_array()) return;
    for (const auto& warning : warnings->get_array()) {
        if (const auto* text = warning.if_string()) say("warning: " + std::string(*text));
    }
}

std::string job_line(const json::object& job) {
    auto out = concat(text_in(job, "id"), " ", text_in(job, "kind"), " ", text_in(job, "state"));
    if (text_in(job, "state") == "running") return out + " " + progress_words(object_in(job, "progress"));
    if (job.contains("error")) out += ": " + text_in(object_in(job, "error"), "message");
    if (job.contains("insert")) out += " " + text_in(object_in(job, "insert"), "key");
    return out;
}

void print_job(const Options& options, const json::object& job) {
    if (options.json) {
        print_json(job);
    } else {
        print_line(job_line(job));
    }
}

int show(const Options& options, const Result<json::object>& job) {
    if (!job) return fail(options, job.error());
    print_job(options, *job);
    return static_cast<int>(number_in(*job, "exit_code"));
}

int list_jobs(const Options& options, ApiClient& client) {
    const auto answer = client.call("GET", "/v1/jobs");
    if (!answer) return fail(options, answer.error());
    if (options.json) {
        print_json(*answer);
        return 0;
    }
    const auto* all = answer->if_contains("jobs");
    if (!all || !all->is_array()) return 0;
    for (const auto& job : all->get_array()) {
        if (const auto* object = job.if_object()) print_line(job_line(*object));
    }
    return 0;
}

Result<json::object> follow(ApiClient& client, const std::string& target) {
    ProgressPrinter printer;
    std::uint64_t seen = 0;
    while (true) {
        auto job = client.call("GET", concat(target, "?wait=", seen, "&timeout=10"));
        if (!job || text_in(*job, "state") != "running") return job;
        seen = number_in(*job, "version");
        printer.show(object_in(*job, "progress"));
    }
}

}  // namespace

int status(const Options& options) {
    auto client = ApiClient::open(options.data_dir);
    if (!client) return fail(options, client.error());
    const auto answer = client->call("GET", "/v1/status");
    if (!answer) return fail(options, answer.error());
    if (options.json) {
        print_json(*answer);
    } else {
        print_status(*answer);
    }
    return 0;
}

int jobs(const Options& options, const JobsArguments& arguments) {
    if (arguments.id && !node::job_id_from(*arguments.id)) {
        return fail(options, error(Code::bad_input,
                                   "a job is named by 16 hexadecimal digits, as catacomb jobs prints them"));
    }
    auto client =
        ApiClient::open(options.data_dir, arguments.follow ? kFollowLimit : ApiClient::kAnswerLimit);
    if (!client) return fail(options, client.error());
    if (!arguments.id) return list_jobs(options, *client);
    const auto target = "/v1/jobs/" + *arguments.id;
    if (arguments.cancel) {
        const auto cancelled = client->call("DELETE", target);
        if (!cancelled) return fail(options, cancelled.error());
        print_job(options, *cancelled);
        return 0;
    }
    return show(options, arguments.follow ? follow(*client, target) : client->call("GET", target));
}

}  // namespace catacomb::cli
