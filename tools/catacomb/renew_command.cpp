#include <ctime>

#include "tools/api_client/json_fields.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/files.hpp"
#include "tools/catacomb/watched_job.hpp"

namespace catacomb::cli {
namespace json = boost::json;
namespace {

std::string date_text(double unix_seconds) {
    const auto when = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    char out[32];
    gmtime_r(&when, &parts);
    std::strftime(out, sizeof out, "%Y-%m-%d", &parts);
    return out;
}

bool is_given(const json::object& report, const char* name) {
    const auto* value = report.if_contains(name);
    return value && !value->is_null();
}

// What vaults have signed, and until when it makes the file readable.
std::string verdict(const json::object& report) {
    auto out = concat("renewed: ", number_in(report, "blocks_renewed"), " of ", number_in(report, "blocks"),
                      " blocks of ", number_in(report, "segments"), " segments; the weakest has ",
                      number_in(report, "least_renewed"), " of ", number_in(report, "least_wanted"),
                      ", and needs ", number_in(report, "least_needed"));
    if (is_given(report, "lease_end"))
        out += "; enough of each until " + date_text(real_in(report, "lease_end"));
    return out;
}

void explain_missing(const json::object& report) {
    const auto missing = number_in(report, "blocks") - number_in(report, "blocks_renewed");
    if (missing == 0) return;
    const auto absent = number_in(report, "blocks_absent");
    if (missing > absent)
        say(concat(missing - absent, " blocks are gone; insert the file again to restore them"));
    if (absent > 0) say(concat(absent, " blocks are at vaults that are away; renew again later"));
}

void explain(const json::object& report) {
    print_line(verdict(report));
    const auto asked = real_in(report, "lease_asked");
    if (is_given(report, "first_lease_end") && real_in(report, "first_lease_end") < asked) {
        say(concat("some vaults granted less than was asked: ", date_text(asked),
                   " was asked, the first end on ", date_text(real_in(report, "first_lease_end"))));
    }
    explain_missing(report);
    if (const auto lost = number_in(report, "segments_short"); lost > 0) {
        say(concat(lost, " of ", number_in(report, "segments"),
                   " segments have too few blocks with the new lease: the file cannot be read for so long"));
    }
}

}  // namespace

int renew(const Options& options, const RenewArguments& arguments) {
    const auto key = read_key(arguments.key);
    if (!key) return fail(options, key.error());
    return watch_job(options, {{"kind", "renew"}, {"key", *key}, {"lease_days", arguments.lease_days}},
                     "interrupted; leases that were extended already stay so", explain);
}

}  // namespace catacomb::cli
