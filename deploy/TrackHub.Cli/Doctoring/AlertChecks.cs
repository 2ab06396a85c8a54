using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace TrackHub.Cli.Doctoring;

/// <summary>Alerts that are open: what TrackHub itself has found wrong.</summary>
internal static class AlertChecks
{
    private const string Open =
        "select rule, brand_id, severity, since, detail, remedy from alerts where state = 'open' order by since";

    /// <summary>Reads them.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand(Open);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var findings = new List<Finding>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var brand = await reader.IsDBNullAsync(1, cancellationToken) ? "" : $" of brand {reader.GetString(1)}";
            var since = reader.GetFieldValue<DateTimeOffset>(3).UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
            findings.Add(new(
                $"alert {reader.GetString(0)}{brand}", reader.GetString(2) == "critical" ? Verdict.Fault : Verdict.Warning,
                $"open since {since}: {reader.GetString(4)}", reader.GetString(5)));
        }

        return findings.Count > 0 ? findings : [Finding.Ok("alerts", "none open")];
    }
}
