using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Cli.Administering;
using TrackHub.Cli.Output;
using TrackHub.Cli.Reading;
using TrackHub.Matching.Replaying;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Cli.Replaying;

/// <summary><c>replay start ingest-events --dry-run</c>: decides a range of sales again, in memory, and shows what would be different.</summary>
internal static class DecisionReplay
{
    /// <summary>Runs it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="range">Sales.</param>
    /// <param name="brand">Only this brand's, by name or id.</param>
    /// <param name="file">Other rules; null: those in force against what was recorded.</param>
    /// <param name="rate">Records a second to read at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<int> RunAsync(ParseResult call, TopicRange range, string? brand, FileInfo? file, int? rate, CancellationToken cancellationToken)
    {
        if (file is { Exists: false }) throw new CommandException($"There is no file {file.FullName}.");

        using var host = PlatformServices.Create(call);
        var admin = host.Services.GetRequiredService<TenantAdmin>();
        var only = await admin.BrandIdAsync(brand, cancellationToken);
        var brands = (await admin.ListBrandsAsync(cancelled: cancellationToken)).Where(row => only is null || row.Id == only).Select(BrandOf).ToList();
        var text = file is null ? null : await File.ReadAllTextAsync(file.FullName, cancellationToken);
        var others = text is null ? null : brands.ToDictionary(static b => b.Id, b => RulesText.Apply(b.Settings, text), StringComparer.Ordinal);

        var kafka = host.Services.GetRequiredService<IOptions<KafkaOptions>>().Value;
        var longest = brands.Select(static b => b.Settings.Window).Concat(others?.Values.Select(static s => s.Window) ?? []).DefaultIfEmpty(TimeSpan.Zero).Max();
        var replay = await ShadowReplay.ReadAsync(
            host.Services.GetRequiredService<RecordCodec>(), brands, longest, ReadAsync(kafka, Topics.IngestEvents, range, rate, cancellationToken),
            (first, last, token) => ReadAsync(kafka, Topics.TrackEvents, new(new(null, first), new(null, last), Follow: false), rate, token),
            host.Services.GetRequiredService<NpgsqlDataSource>(), cancellationToken);

        var present = await replay.DecideAsync(id => brands.Single(b => b.Id == id).Settings, cancellationToken);
        var recorded = await new RecordedOrders(host.Services.GetRequiredService<NpgsqlDataSource>()).ReadAsync(present, cancellationToken);
        var report = new ShadowReport(replay.Sales, ShadowDiff.Of(recorded, present), others is null ? null : ShadowDiff.Of(present, await replay.DecideAsync(id => others[id], cancellationToken)));
        report.Print(Printer.Of(call));
        return 0;
    }

    /// <summary>A brand as decisions need it: no key of its indexes, for nothing is hashed.</summary>
    private static Brand BrandOf(BrandRow row) => new(
        row.Id, row.TenantId, row.Name, row.TimeZone, row.Currency, ConsentBasis: null, new IndexKey(new byte[32]),
        RulesText.Apply(BrandSettings.Default, JsonSerializer.Serialize(BrandSettingKeys.Rules.ToDictionary(static key => key.Name, key => row.Settings[key.Name]))));

    private static async IAsyncEnumerable<IReadOnlyList<StreamRecord>> ReadAsync(
        KafkaOptions kafka, TopicDefinition topic, TopicRange range, int? rate, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new TopicReader(kafka);
        await foreach (var records in reader.ReadAsync(topic.Name, range, cancellationToken))
        {
            yield return records;
            if (rate is { } most) await Task.Delay(TimeSpan.FromSeconds((double)records.Count / most), TimeProvider.System, cancellationToken);
        }
    }
}
