namespace TrackHub.Cli.Output;

/// <summary>One column of a table, one field of its JSON.</summary>
/// <param name="Name">Field name in snake_case; the table's heading is made from it.</param>
/// <param name="Value">Text, number, flag, <see cref="DateTimeOffset"/>, list of texts or null.</param>
internal sealed record Column<T>(string Name, Func<T, object?> Value);
