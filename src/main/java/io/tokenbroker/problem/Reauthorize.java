package io.tokenbroker.problem;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What start needs so that the person can put things right; the names are those of its request. */
public record Reauthorize(
        String accountId, String providerId, @Nullable String claims, List<String> scopes) {}
