using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Administering;
using TrackHub.Cli.Output;
using TrackHub.Cli.Reading;
using TrackHub.Platform.Quality;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Coaching;

/// <summary><c>quality</c>: how well Meta can match a brand's events, day by day, and what would make it better.</summary>
internal static class QualityCommand
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(6);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var brand = AdminCall.RequiredBrand();
        var from = PlaceOption.OfTime("--from", "First day, in the brand's time zone; default a week with today. Takes a time or duration of");
        var command = new Command("quality", "How well Meta can match the brand's events, day by day, and what each missing key would add.") { brand, from };
        command.SetAction((call, cancellationToken) => RunAsync(call, call.GetValue(brand)!, call.GetValue(from)?.Time, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult call, string wanted, DateTimeOffset? from, CancellationToken cancellationToken)
    {
        using var host = PlatformServices.Create(call);
        var printer = Printer.Of(call);
        var brand = await host.Services.GetRequiredService<TenantAdmin>().BrandAsync(wanted, cancellationToken);
        var first = FirstDay(from ?? (TimeProvider.System.GetUtcNow() - Week), brand.TimeZone);
        var days = await host.Services.GetRequiredService<QualityHistory>().ReadAsync(first, brand.Id, cancellationToken);

        printer.Table(days, printer.Json ? QualityColumns.Fields : QualityColumns.Line);
        if (days.Count == 0)
            printer.Say($"Nothing of {brand.Name} for Meta since {first:yyyy-MM-dd}. `trackhub doctor` says whether anything keeps its sales and checkouts away.");
        else if (!printer.Json)
            Coach(printer, days);
        return 0;
    }

    // A date without a time was read as its midnight in UTC, and means that very day of the brand.
    private static DateOnly FirstDay(DateTimeOffset from, string timeZone)
    {
        var zone = from.UtcDateTime.TimeOfDay > TimeSpan.Zero && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var known) ? known : TimeZoneInfo.Utc;
        return DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(from, zone).DateTime);
    }

    private static void Coach(Printer printer, IReadOnlyList<QualityDay> days)
    {
        foreach (var events in days.GroupBy(static day => day.EventName))
        {
            var all = QualityDay.Sum([.. events]);
            printer.Line($"What would add to the {all.EventName} score of these days, if every event brought it:");
            printer.Table(all.Gains(), QualityColumns.Gains);
        }

        printer.Line("Poor below 4, OK below 6, Good below 8, Great from 8; 6 and more is green.");
    }
}
