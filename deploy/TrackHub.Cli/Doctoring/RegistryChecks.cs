using TrackHub.Schemas;

namespace TrackHub.Cli.Doctoring;

/// <summary>The schema registry: reached, and knowing the schema of every topic.</summary>
internal static class RegistryChecks
{
    /// <summary>Asks for every subject.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(SchemaRegistryClient registry, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var topic in Topics.All)
        {
            if (await registry.FindLatestAsync(topic.Subject, cancellationToken) is null) missing.Add(topic.Subject);
        }

        return
        [
            Finding.Expect(
                missing.Count == 0, "schema registry: subjects", missing.Count == 0 ? $"{registry.Address} has all {Topics.All.Count}" : $"{registry.Address} lacks {string.Join(", ", missing)}",
                Verdict.Fault, "trackhub topics apply"),
        ];
    }
}
