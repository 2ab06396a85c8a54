namespace TrackHub.Cli.Demo.Check;

/// <summary>Something that is not as planned.</summary>
/// <param name="Fault">What kind of fault, in one word.</param>
/// <param name="Request">Number of the request in the plan; null where none stands behind it.</param>
/// <param name="Label">What the request was.</param>
/// <param name="Id">What to give to <c>explain</c>.</param>
/// <param name="Expected">What the plan says.</param>
/// <param name="Actual">What was seen.</param>
internal sealed record Disagreement(string Fault, int? Request, string Label, string Id, string Expected, string Actual);
