package io.tokenbroker.provider;

import io.tokenbroker.fusionauth.IdentityProviderApi.IdentityProvider;
import io.tokenbroker.fusionauth.IdentityProviderApi.IdentityProvider.Linking;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Which providers FusionAuth links by e-mail or user name: these are only as trustworthy as the provider's claims. */
@Singleton
public class LinkingByName {

    private static final Logger LOG = Logger.getLogger(LinkingByName.class);

    private volatile Map<UUID, IdentityProvider> listed = Map.of();

    /** Takes note of all that FusionAuth lists, and warns of those that are new. */
    void note(List<IdentityProvider> now) {
        var before = names();
        listed = now.stream()
                .collect(Collectors.toUnmodifiableMap(
                        IdentityProvider::id, Function.identity(), (first, same) -> first));
        names().forEach((id, name) -> {
            if (!before.containsKey(id)) {
                LOG.warnf("The provider '%s' (%s) %s", name, id, caution());
            }
        });
    }

    /** The names of those in use. */
    public Map<UUID, String> names() {
        return listed.values().stream()
                .filter(provider -> provider.enabled() && provider.linking() == Linking.BY_NAME)
                .collect(Collectors.toUnmodifiableMap(IdentityProvider::id, IdentityProvider::name));
    }

    /** Whether FusionAuth may link at this provider without being told; true where its strategy cannot be read. */
    public boolean isPossible(UUID providerId) {
        var provider = listed.get(providerId);
        return provider == null || provider.linking() == Linking.BY_NAME;
    }

    /** What to say of each. */
    public static String caution() {
        return "links by e-mail or user name in FusionAuth: safe only if its tenants verify these claims, or else one person gets an account onto another's user; the linking strategy 'Create a pending link' asks instead";
    }
}
