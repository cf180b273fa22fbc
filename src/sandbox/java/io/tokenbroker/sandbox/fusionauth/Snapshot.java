package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** What the stand-in remembers, without anything secret. */
final class Snapshot {

    private final State state;

    Snapshot(State state) {
        this.state = state;
    }

    ObjectNode take() {
        var json = Json.object();
        json.put("url", state.url().toString());
        json.put("issuer", state.issuer());
        json.put("now", state.now().toString());
        json.put("tenant_id", state.application.tenant().toString());
        json.put("application_id", state.application.id().toString());
        json.put("pending_links", state.pendingLinks.size());
        json.put("jwks_outage", state.signingKeys.isOut());
        var users = json.putArray("users");
        state.users.all().forEach(user -> users.add(user.json()));
        var providers = json.putArray("providers");
        state.providers.all().forEach(provider -> providers.add(shown(provider)));
        var links = json.putArray("links");
        state.links.all().forEach(link -> links.add(shown(link)));
        var faults = json.putArray("faults");
        state.faults.all().forEach(fault -> faults.add(fault.toString()));
        var requests = json.putArray("requests");
        state.traffic.recent().forEach(exchange -> requests.add(exchange.toString()));
        var counts = json.putObject("counts");
        state.traffic.counts().forEach(counts::put);
        var switches = json.putObject("switches");
        state.switches.describe().forEach((question, all) -> switches.put(question, current(all)));
        return json;
    }

    private ObjectNode shown(Link link) {
        var json = link.json(state.providers.find(link.identityProviderId()).orElse(null));
        json.remove("token");
        return json.put("hasToken", link.token() != null);
    }

    private static ObjectNode shown(IdentityProvider provider) {
        var json = provider.json().deepCopy();
        json.findParents("client_secret").forEach(parent -> ((ObjectNode) parent).remove("client_secret"));
        return json;
    }

    private static String current(Map<String, Object> question) {
        return String.valueOf(question.get("current"));
    }
}
