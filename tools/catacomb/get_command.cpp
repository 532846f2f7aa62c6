#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/files.hpp"
#include "tools/catacomb/interrupts.hpp"
#include "tools/catacomb/job_follower.hpp"

namespace catacomb::cli {
namespace json = boost::json;
namespace {

Result<OutputFile> open_output(const std::optional<std::string>& given, const std::string& stored_name) {
    if (given == "-") return OutputFile::standard_output();
    return OutputFile::open(given.value_or(safe_file_name(stored_name)));
}

// The job's last word, once its file has come whole.
int conclude(const Options& options, const json::object& job, OutputFile& output, bool to_stdout) {
    if (auto done = output.commit(); !done) return fail(options, done.error());
    if (to_stdout) return static_cast<int>(node::ExitCode::done);
    if (options.json) {
        auto document = job;
        document["file"] = output.path();
        print_json(document);
    } else {
        print_line(output.path());
    }
    return static_cast<int>(node::ExitCode::done);
}

}  // namespace

int get(const Options& given, const GetArguments& arguments) {
    const bool to_stdout = arguments.output == "-";
    Options options = given;
    if (to_stdout) options.json = false;  // standard output is the file's
    const auto key = read_key(arguments.key);
    if (!key) return fail(options, key.error());
    if (arguments.output && !to_stdout) {
        if (auto free = check_free(*arguments.output); !free) return fail(options, free.error());
    }
    auto client = ApiClient::open(options.data_dir);
    auto watcher = ApiClient::open(options.data_dir);
    if (!client || !watcher) return fail(options, client ? watcher.error() : client.error());
    const json::object request{{"kind", "get"}, {"key", *key}, {"no_cache", arguments.no_cache}};
    const auto job = client->call("POST", "/v1/jobs", request);
    if (!job) return fail(options, job.error());
    const auto target = concat("/v1/jobs/", number_in(*job, "id"));

    std::optional<OutputFile> output;
    const auto cancel = [&] {
        auto other = ApiClient::open(options.data_dir, seconds(5));
        if (other) static_cast<void>(other->call("DELETE", target));
    };
    const Interrupts interrupts([&] {
        cancel();
        if (output) output->abandon();
        say("interrupted; nothing was kept");
    });
    ProgressPrinter printer;
    JobFollower follower(std::move(*watcher), number_in(*job, "id"), printer);
    std::optional<Error> unwritable;
    const auto remember = [&](const Error& why) { return unwritable = why, why; };
    const auto open = [&](const ApiClient::FileHead& file) -> Result<> {
        auto opened = open_output(arguments.output, file.name);
        if (!opened) return remember(opened.error());
        output.emplace(std::move(*opened));
        return ok();
    };
    const auto write = [&](ByteView bytes) -> Result<> {
        auto written = output->write(bytes);
        return written ? written : remember(written.error());
    };
    const auto came = client->download(target + "/content", open, write);
    if (unwritable) cancel();
    const auto ended = follower.wait();
    if (unwritable) return fail(options, *unwritable);
    if (!ended) return fail(options, ended.error());
    if (text_in(*ended, "state") != "done") return fail_job(options, *ended);
    if (!came) return fail(options, came.error());
    return conclude(options, *ended, *output, to_stdout);
}

}  // namespace catacomb::cli
