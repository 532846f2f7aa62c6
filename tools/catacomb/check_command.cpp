#include <iomanip>

#include "tools/api_client/json_fields.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/files.hpp"
#include "tools/catacomb/watched_job.hpp"

namespace catacomb::cli {
namespace json = boost::json;
namespace {

// The segment with the least room above its k; segments come in the order of the tree.
const json::object* worst_segment(const json::array& segments) {
    const auto spare = [](const json::object& s) {
        return static_cast<std::int64_t>(number_in(s, "available")) -
               static_cast<std::int64_t>(number_in(s, "k"));
    };
    const json::object* worst = nullptr;
    for (const auto& item : segments) {
        const auto* segment = item.if_object();
        if (segment && (!worst || spare(*segment) < spare(*worst))) worst = segment;
    }
    return worst;
}

// What was read is readable; what exits say is there is only reported.
std::string verdict(const json::object& report) {
    const auto* word = flag_in(report, "readable")   ? "readable"
                       : flag_in(report, "reported") ? "reported"
                                                     : "not readable";
    const auto* list = report.if_contains("segments");
    const auto* segments = list ? list->if_array() : nullptr;
    auto out =
        concat(word, ": ", segments ? segments->size() : 0, " segments, ", number_in(report, "bodies_read"),
               " of ", number_in(report, "bodies_asked"), " blocks read that were asked for");
    if (const auto* worst = segments ? worst_segment(*segments) : nullptr) {
        out += concat("; the weakest has ", number_in(*worst, "available"), " of ", number_in(*worst, "n"),
                      " blocks, and needs ", number_in(*worst, "k"));
    }
    if (word == std::string_view("reported")) out += "; --verify reads enough of each";
    return out;
}

void explain(const json::object& report) {
    print_line(verdict(report));
    say(concat("estimated survival with 30 % of vaults away: at most ", std::setprecision(9),
               real_in(report, "estimated_survival"), ", for a check cannot see which blocks share a vault"));
}

}  // namespace

int check(const Options& options, const std::string& argument, bool verify) {
    const auto key = read_key(argument);
    if (!key) return fail(options, key.error());
    return watch_job(options, {{"kind", "check"}, {"key", *key}, {"verify", verify}}, "interrupted", explain);
}

}  // namespace catacomb::cli
