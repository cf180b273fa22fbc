package io.tokenbroker.policy;

import io.tokenbroker.policy.PolicyRules.PolicyRule.Needs;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The rules of a client's policy, as its settings have them. A rule that is added here holds at every door, for each
 * mint, whatever is cached, and {@code POST /policy/explain} tells of it.
 */
@Singleton
public class PolicyRules {

    static final String PROVIDERS = "providers";
    static final String SUBJECT_TOKEN = "subject-token-required";

    private static final String ANY = "*";

    /** In the order in which they are judged, among those that need the same. */
    protected List<PolicyRule> of(BrokerSettings.Client client) {
        return List.of(
                providers(listed(client.providers())),
                subjectToken(client.subjectTokenRequired()),
                resources(listed(client.resources())),
                scopes(listed(client.scopes().or(() -> Optional.of(List.of(ANY))))));
    }

    private static PolicyRule providers(List<String> listed) {
        var any = listed.contains(ANY);
        Set<UUID> providers = listed.stream()
                .filter(id -> !id.equals(ANY))
                .map(UUID::fromString)
                .collect(Collectors.toUnmodifiableSet());
        return new PolicyRule(
                PROVIDERS,
                Needs.ACCOUNT,
                query -> any || providers.contains(query.provider()),
                "This client's policy does not include the provider of this account. The broker's operator can add it: "
                        + "broker.clients.<name>.providers.");
    }

    private static PolicyRule subjectToken(boolean required) {
        return new PolicyRule(
                SUBJECT_TOKEN,
                Needs.ACCOUNT,
                query -> !required || query.user().isPresent(),
                "This client acts only with the user's own FusionAuth access token: to mint, send it as subject_token to the token "
                        + "exchange, POST /oauth2/token; no other door takes one. To list or read the user's accounts, send it "
                        + "in place of the client's key. The broker's operator decides: "
                        + "broker.clients.<name>.subject-token-required.");
    }

    private static PolicyRule resources(List<String> entries) {
        var resources =
                NameList.of(entries.stream().map(PolicyRules::withoutSlash).toList());
        return new PolicyRule(
                "resources",
                Needs.TARGET,
                query -> resources.has(withoutSlash(query.resource())),
                "This client's policy does not include this resource. The broker's operator can add it: "
                        + "broker.clients.<name>.resources.");
    }

    /** Without the setting {@code *}: any scope of a resource that is allowed. */
    private static PolicyRule scopes(List<String> entries) {
        var scopes = NameList.of(entries.stream().map(PolicyRules::scope).toList());
        return new PolicyRule(
                "scopes",
                Needs.TARGET,
                query -> scopes.all() || areListed(query, scopes),
                "This client's policy does not include each of these scopes, or none are named. The broker's operator can "
                        + "add them: broker.clients.<name>.scopes.");
    }

    /** Where no scope is named the provider decides: that could be any. */
    private static boolean areListed(PolicyQuery query, NameList listed) {
        for (var scope : query.scopes()) {
            if (!listed.has(scope(scope)) && !listed.has(ofResource(query.resource(), scope))) {
                return false;
            }
        }
        return !query.scopes().isEmpty();
    }

    /** A bare name in full: it may be listed either way. */
    private static String ofResource(String resource, String scope) {
        return scope.indexOf('/') < 0 && !resource.isEmpty() ? withoutSlash(resource) + "/" + scope : scope(scope);
    }

    /** A resource that ends in a slash makes a scope with two: no other than with one. */
    private static String scope(String scope) {
        var name = scope.lastIndexOf('/');
        return name > 0 ? withoutSlash(scope.substring(0, name)) + scope.substring(name) : scope;
    }

    /** A slash at the end makes no other resource. */
    private static String withoutSlash(String resource) {
        return resource.endsWith("/") ? resource.substring(0, resource.length() - 1) : resource;
    }

    private static List<String> listed(Optional<List<String>> setting) {
        return setting.orElse(List.of()).stream().map(String::strip).toList();
    }

    /**
     * One thing that a policy can refuse.
     *
     * @param name of the rule, which is that of its setting
     * @param needs what must be known to judge
     * @param allows asked for every token that is handed out, so it allocates nothing and takes no time
     * @param refusal tells the caller what is missing, and who can change that
     */
    public record PolicyRule(String name, Needs needs, Predicate<PolicyQuery> allows, String refusal) {

        /** What must be known. Rules are judged as early as they can be, so that little is read for a caller that may not. */
        public enum Needs {
            /** The account's id, which names its provider, and the caller. */
            ACCOUNT,
            /** The resource and the scopes too, which the provider helps to read. */
            TARGET
        }

        BrokerException refused() {
            return BrokerException.byRule(name, ProblemType.FORBIDDEN, refusal);
        }
    }

    /**
     * How one rule judges what is asked.
     *
     * @param rule its name, which is that of the setting
     * @param refusal the detail if it refuses
     */
    public record Verdict(String rule, boolean allowed, String refusal) {}

    /**
     * What a client asks for, as far as its policy looks at it.
     *
     * @param provider of the account
     * @param user that has been proved by a token of the user's own
     * @param resource what the token is for; empty where a provider decides that itself, and before it is known
     * @param scopes what the tenant is to be asked for; none leaves it to the tenant
     */
    public record PolicyQuery(UUID provider, Optional<UUID> user, String resource, List<String> scopes) {

        public PolicyQuery {
            scopes = List.copyOf(scopes);
        }

        /** As far as it is known before the account's provider is looked up. */
        public static PolicyQuery ofAccount(UUID provider, Optional<UUID> user) {
            return new PolicyQuery(provider, user, "", List.of());
        }
    }
}
