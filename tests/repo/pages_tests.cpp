// Proves that whoever reads this clone can follow every reference in it: each page that a comment, a script
// or another page cites is here, and has the section that is named.
#include <boost/test/unit_test.hpp>
#include <regex>

#include "tests/repo/source_tree.hpp"

using namespace catacomb::testing;

namespace {

bool is_placeholder(const std::string& word) {
    return word.find("NAME") != std::string::npos || word.find("NNNN") != std::string::npos;
}

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

std::string within(std::string path) {
    for (std::size_t up; (up = path.find("/../")) != std::string::npos;) {
        const auto parent = folder_of(path.substr(0, up));
        path = parent + path.substr(up + 4);
    }
    return path;
}

// The page that `from` means by `cited`: beside it, from the root, or one of docs/ by its name alone.
const Document* page(const std::string& from, const std::string& cited) {
    for (const auto& folder :
         {folder_of(from), std::string(), std::string("docs/"), std::string("docs/spec/")}) {
        const auto path = within(folder + cited);
        for (const auto& document : documents())
            if (document.path == path) return &document;
    }
    return nullptr;
}

bool has_section(const Document& page, const std::string& number) {
    return std::regex_search(page.text, std::regex("(^|\n)#+ " + number + "[. ]"));
}

// What is wrong with the references of a text, a line each; empty when all can be followed.
std::string broken_pages(const Document& in) {
    static const std::regex kCited(
        R"((^|[^\w/.$}-])((?:[\w.-]+/)*[\w-]+\.md)\b(?: (\d(?:\.\d)?)(?![\w.]*\d))?)");
    std::string out;
    for (std::sregex_iterator it(in.text.begin(), in.text.end(), kCited), end; it != end; ++it) {
        const auto cited = (*it)[2].str(), section = (*it)[3].str();
        if (is_placeholder(cited)) continue;
        const auto* found = page(in.path, cited);
        if (found == nullptr)
            out += in.path + " cites " + cited + ", which is not here\n";
        else if (!section.empty() && !has_section(*found, section))
            out += in.path + " cites section " + section + " of " + cited + ", which it has not\n";
    }
    return out;
}

// Likewise of those that name a decision, a specification or a proof without its ending.
std::string broken_names(const Document& in) {
    static const std::regex kCited(
        R"((?:^|[^\w/])(?:docs/|\.\./)?((?:decisions|spec|proofs)/[\w-]+)\b(?!\.[ch]pp))");
    std::string out;
    for (std::sregex_iterator it(in.text.begin(), in.text.end(), kCited), end; it != end; ++it) {
        const auto cited = (*it)[1].str();
        if (is_placeholder(cited)) continue;
        const auto& all = documents();
        const bool found = std::any_of(all.begin(), all.end(), [&](const Document& document) {
            return document.path.starts_with("docs/" + cited);
        });
        if (!found) out += in.path + " cites " + cited + ", which is not here\n";
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pages)

BOOST_AUTO_TEST_CASE(no_page_is_cited_that_is_not_in_the_clone) {
    for (const auto& document : documents()) {
        BOOST_TEST(broken_pages(document) == "");
        BOOST_TEST(broken_names(document) == "");
    }
}

BOOST_AUTO_TEST_CASE(a_reference_that_leads_nowhere_is_seen) {
    const auto at = [](const std::string& text) { return Document{"routing/ring/ring.hpp", text}; };
    const std::string page = "docs/spec/onion" + std::string(".md"), gone = "3-network" + std::string(".md");
    BOOST_TEST(broken_pages(at("// (" + page + ")")) == "");
    BOOST_TEST(broken_pages(at("// (" + page + " 3 and 4)")) == "");
    BOOST_TEST(broken_pages(at("// (" + page + " 99)")) == "");  // no section has two figures: a number, then
    BOOST_TEST(broken_pages(at("// (" + page + " 9)")) != "");
    BOOST_TEST(broken_pages(at("// " + gone + " 3.6")) != "");
    BOOST_TEST(broken_pages(at("// docs/" + gone)) != "");
    BOOST_TEST(broken_names(at("// decisions" + std::string("/0005"))) == "");
    BOOST_TEST(broken_names(at("// docs/decisions" + std::string("/9999"))) != "");
}

BOOST_AUTO_TEST_SUITE_END()
