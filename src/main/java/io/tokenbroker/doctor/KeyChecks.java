package io.tokenbroker.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.doctor.ProbeHttp.Answer;
import io.tokenbroker.settings.BrokerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What the API key may do, one right at a time. FusionAuth answers 401 for a missing one, and otherwise looks at what was
 * asked for: it is there (200), or not (404), or makes no sense (400).
 */
final class KeyChecks {

    /** Each shows that the right is there, whatever is said of what was asked for. */
    private static final Set<Integer> ALLOWED = Set.of(200, 400, 404);

    private static final String LINK = "/api/identity-provider/link";

    private final boolean usersAreRead;
    private final boolean providersAreGiven;
    private final Answer linkGet;
    private final Answer linkPost;
    private final Answer linkDelete;
    private final Answer pending;
    private final Answer user;
    private final Answer list;
    private final Answer search;

    /** Asks. */
    KeyChecks(BrokerSettings settings, FusionAuthProbe fusionAuth) {
        usersAreRead = settings.accounts().requireActiveUser();
        providersAreGiven = settings.providers().values().stream()
                .anyMatch(provider -> provider.clientId().isPresent());
        var nothing = UUID.randomUUID();
        var link = LINK + "?identityProviderId=%s&identityProviderUserId=%s".formatted(nothing, nothing);
        var answers = Beside.<Answer>each(List.<Supplier<Answer>>of(
                () -> fusionAuth.get(link),
                () -> fusionAuth.postNothing(LINK),
                () -> fusionAuth.delete(link + "&userId=" + nothing),
                () -> fusionAuth.get(LINK + "/pending/" + nothing),
                () -> fusionAuth.get("/api/user/" + nothing),
                () -> fusionAuth.get("/api/identity-provider?type=OpenIDConnect"),
                () -> fusionAuth.postNothing("/api/user/search")));
        linkGet = answers.get(0);
        linkPost = answers.get(1);
        linkDelete = answers.get(2);
        pending = answers.get(3);
        user = answers.get(4);
        list = answers.get(5);
        search = answers.get(6);
    }

    List<Finding> findings() {
        var answers = List.of(linkGet, linkPost, linkDelete, pending, user, list, search);
        if (answers.stream().allMatch(answer -> answer.status() == 401 && !answer.isInBetween())) {
            return List.of(Finding.fault(
                    Check.API_KEY,
                    "",
                    "FusionAuth refuses it for everything: it is none of its keys, or of another tenant"));
        }
        var findings = new ArrayList<Finding>();
        if (answers.stream().anyMatch(answer -> ALLOWED.contains(answer.status()) && !answer.isInBetween())) {
            findings.add(Finding.ok(Check.API_KEY, "", "FusionAuth knows it"));
        }
        findings.add(right(Check.KEY_LINK_GET, linkGet, true));
        findings.add(right(Check.KEY_LINK_POST, linkPost, true));
        findings.add(right(Check.KEY_LINK_DELETE, linkDelete, true));
        findings.add(right(Check.KEY_PENDING_GET, pending, true));
        findings.add(right(Check.KEY_USER_GET, user, usersAreRead));
        findings.add(right(Check.KEY_PROVIDER_GET, list, !providersAreGiven));
        findings.add(search());
        return findings;
    }

    /** The OpenID Connect providers, if the key may read them. */
    Optional<JsonNode> providers() {
        return Optional.of(list)
                .filter(answer -> answer.status() == 200 || (answer.status() == 404 && !answer.isInBetween()))
                .map(answer -> answer.json().path("identityProviders"));
    }

    private static Finding right(Check check, Answer answer, boolean isNeeded) {
        if (answer.isMissing()) {
            return Finding.fault(check, "", "FusionAuth " + answer.why());
        }
        if (answer.isInBetween()) {
            return Finding.fault(
                    check,
                    "",
                    "something between the broker and FusionAuth answers in its place (%d)".formatted(answer.status()));
        }
        if (answer.status() == 401) {
            return isNeeded
                    ? Finding.fault(check, "", "not allowed")
                    : Finding.warning(check, "", "not allowed, and by the settings not needed");
        }
        return ALLOWED.contains(answer.status())
                ? Finding.ok(check, "", "allowed")
                : Finding.warning(check, "", "cannot be told: FusionAuth answers %d".formatted(answer.status()));
    }

    private Finding search() {
        if (search.status() == 401 && !search.isInBetween()) {
            return Finding.ok(Check.KEY_USER_SEARCH, "", "not allowed, as it should be");
        }
        return ALLOWED.contains(search.status()) && !search.isInBetween()
                ? Finding.warning(Check.KEY_USER_SEARCH, "", "allowed, which only keep-alive --discover needs")
                : right(Check.KEY_USER_SEARCH, search, false);
    }
}
