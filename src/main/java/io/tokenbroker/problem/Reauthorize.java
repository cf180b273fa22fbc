package io.tokenbroker.problem;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What start needs so that the person can put things right; the names are those of its request.
 *
 * @param claims that start would take
 */
public record Reauthorize(
        String accountId, String providerId, @Nullable String claims, List<String> scopes) {

    public Reauthorize {
        scopes = List.copyOf(scopes);
    }

    /** How the person's sign-in begins, for a caller that sees nothing but a text. */
    String advice() {
        return " Your page starts that by POST /authorizations/start with account_id %s.".formatted(accountId);
    }
}
