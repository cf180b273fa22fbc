package io.tokenbroker.policy;

/**
 * How one rule judges what is asked.
 *
 * @param rule its name, which is that of the setting
 * @param refusal the detail if it refuses
 */
public record Verdict(String rule, boolean allowed, String refusal) {}
