using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Output;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary>What the commands of configuration share: options, the administration of this call, how things are named.</summary>
internal static class AdminCall
{
    /// <summary>Option <c>--brand</c> of commands that need one.</summary>
    public static Option<string> RequiredBrand() => new("--brand") { Description = "Brand, by name or id.", Required = true, HelpName = "BRAND" };

    /// <summary>Option <c>--brand</c> that narrows a list.</summary>
    public static Option<string?> BrandFilter() => new("--brand") { Description = "Only this brand's, by name or id.", HelpName = "BRAND" };

    /// <summary>Makes a command run with the administration of its call.</summary>
    public static Command Runs(this Command command, Func<ParseResult, TenantAdmin, Printer, CancellationToken, Task> run)
    {
        command.SetAction(async (call, cancellationToken) =>
        {
            using var host = PlatformServices.Create(call);
            await run(call, host.Services.GetRequiredService<TenantAdmin>(), Printer.Of(call), cancellationToken);
            return 0;
        });
        return command;
    }

    /// <summary>The one row that has that id or, in no other row, that name.</summary>
    /// <param name="rows">Where to look.</param>
    /// <param name="what">Kind of row for messages, such as <c>brand</c>.</param>
    /// <param name="wanted">Id or name.</param>
    /// <param name="id">Its id.</param>
    /// <param name="names">What it may be called beside.</param>
    /// <exception cref="CommandException">None, or several of that name; lists what there is.</exception>
    public static T Pick<T>(IReadOnlyList<T> rows, string what, string wanted, Func<T, string> id, Func<T, IEnumerable<string>> names)
    {
        if (rows.Where(row => id(row) == wanted).ToList() is [var exact]) return exact;

        return rows.Where(row => names(row).Contains(wanted, StringComparer.OrdinalIgnoreCase)).ToList() switch
        {
            [var one] => one,
            [] => throw new CommandException($"There is no {what} '{wanted}'; {Known(rows)}"),
            var several => throw new CommandException($"'{wanted}' is the name of {several.Count} {what}s; say which by id: {string.Join(", ", several.Select(id))}."),
        };

        string Known(IReadOnlyList<T> all) => all.Count == 0
            ? $"add one with `trackhub {what}s add`."
            : $"there are {string.Join(", ", all.Take(20).Select(row => names(row).FirstOrDefault() is { } name && name != id(row) ? $"{name} ({id(row)})" : id(row)))}.";
    }

    /// <summary>The brand of that name or id.</summary>
    public static async Task<BrandRow> BrandAsync(this TenantAdmin admin, string wanted, CancellationToken cancellationToken) =>
        Pick(await admin.ListBrandsAsync(cancelled: cancellationToken), "brand", wanted, static b => b.Id, static b => [b.Name]);

    /// <summary>The id of the brand a list is narrowed to, or null for all.</summary>
    public static async Task<string?> BrandIdAsync(this TenantAdmin admin, string? wanted, CancellationToken cancellationToken) =>
        wanted is null ? null : (await admin.BrandAsync(wanted, cancellationToken)).Id;

    /// <summary>A secret as given, or from standard input where <c>-</c> was given, so that it need not stand in a shell's history.</summary>
    /// <exception cref="CommandException">Standard input held none.</exception>
    public static async Task<string> SecretAsync(string given, string option, CancellationToken cancellationToken)
    {
        if (given != "-") return given;

        return (await Console.In.ReadLineAsync(cancellationToken))?.Trim() is { Length: > 0 } read
            ? read
            : throw new CommandException($"{option} - reads a line of standard input, and there was none.");
    }
}
