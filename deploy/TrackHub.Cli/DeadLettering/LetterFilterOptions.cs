using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Administering;
using TrackHub.Cli.Reading;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.DeadLettering;

/// <summary>The options that narrow dead letters.</summary>
internal sealed class LetterFilterOptions
{
    private readonly Option<string?> _brand = AdminCall.BrandFilter();
    private readonly Option<string?> _pixel = new("--pixel") { Description = "Only what was on its way to this pixel, by its id.", HelpName = "PIXEL" };
    private readonly Option<string?> _role = new("--role") { Description = "Only what this role gave up: ingress, matcher, dispatcher or ledger.", HelpName = "ROLE" };
    private readonly Option<string?> _reason = new("--reason") { Description = "Only this reason: exhausted, unmapped, malformed …", HelpName = "REASON" };
    private readonly Option<string?> _event = new("--event-id") { Description = "Only this event's.", HelpName = "ID" };
    private readonly Option<LogPlace?> _from = PlaceOption.OfTime("--from", "Given up not before. Takes");
    private readonly Option<LogPlace?> _to = PlaceOption.OfTime("--to", "Given up not after. Takes");

    /// <summary>Makes the options.</summary>
    public LetterFilterOptions() => _role.AcceptOnlyFromAmong([.. LetterFilter.Roles]);

    private Option[] All => [_brand, _pixel, _role, _reason, _event, _from, _to];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All) command.Options.Add(option);
    }

    /// <summary>Whether any is given.</summary>
    public bool IsGiven(CommandResult result) => All.Any(option => result.GetResult(option) is { Implicit: false });

    /// <summary>What they say.</summary>
    public async Task<LetterFilter> ReadAsync(ParseResult call, IServiceProvider services, string[]? ids, CancellationToken cancellationToken) => new(
        ids, await services.GetRequiredService<TenantAdmin>().BrandIdAsync(call.GetValue(_brand), cancellationToken), call.GetValue(_pixel), call.GetValue(_role), call.GetValue(_reason),
        call.GetValue(_event), call.GetValue(_from)?.Time, call.GetValue(_to)?.Time);
}
