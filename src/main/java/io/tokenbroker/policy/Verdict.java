package io.tokenbroker.policy;

/**
 * How one rule judges a wish.
 *
 * @param rule its name, which is that of the setting
 * @param refusal what a caller is told whom it refuses
 */
public record Verdict(String rule, boolean allowed, String refusal) {}
