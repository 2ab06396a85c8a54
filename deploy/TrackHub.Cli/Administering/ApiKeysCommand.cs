using System.CommandLine;
using TrackHub.Cli.Output;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary><c>api-keys</c>: machines that read a tenant's pages. <c>keys</c> are a brand's, to write events with; these are a tenant's, to read by.</summary>
internal static class ApiKeysCommand
{
    private static readonly EntityCommand<ApiKeyRow> Entity = new()
    {
        What = "api-key",
        OfBrand = false,
        ListAsync = static (admin, _, cancellationToken) => admin.ListApiKeysAsync(cancellationToken),
        Id = static row => row.Id,
        Names = static row => [row.Name],
        Columns =
        [
            new("id", static row => row.Id), new("tenant", static row => row.TenantId), new("name", static row => row.Name), new("role", static row => row.Role),
            new("overlap_ends", static row => row.OverlapEnds), new("last_used_at", static row => row.LastUsedAt), new("created_at", static row => row.CreatedAt),
            new("revoked_at", static row => row.RevokedAt),
        ],
        Keys = BrandSettingKeys.ApiKey,
        SetAsync = static (admin, id, key, value, cancellationToken) => admin.SetApiKeyAsync(id, key, value, cancellationToken),
        RemoveAsync = static (admin, id, cancellationToken) => admin.RemoveApiKeyAsync(id, cancellationToken),
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => Entity.Create("Keys by which machines read a tenant's pages.", Add(), Rotate());

    private static Command Add()
    {
        var name = new Argument<string>("NAME") { Description = "What uses it; unique in the tenant." };
        var tenant = AccountOptions.Tenant();
        var role = AccountOptions.Role();
        return new Command("add", "Adds an API key and shows it, this once.") { name, tenant, role }.Runs(async (call, admin, printer, cancellationToken) =>
        {
            var owner = await TenantsCommand.Entity.FindAsync(admin, call.GetRequiredValue(tenant), cancellationToken);
            var issued = await admin.AddApiKeyAsync(owner.Id, call.GetRequiredValue(name), AccessRoles.Parse(call.GetRequiredValue(role)), cancellationToken);
            await PrintAsync(admin, printer, issued, cancellationToken);
        });
    }

    private static Command Rotate()
    {
        var wanted = new Argument<string>("api-key") { Description = "By name or id." };
        var overlap = new Option<double>("--overlap-hours")
        {
            Description = "How long the former key stays valid too, 0 to 720 hours.",
            DefaultValueFactory = static _ => 24,
            HelpName = "HOURS",
        };
        return new Command("rotate", "Puts a new key in force and shows it, this once; the former one stays valid for the overlap.") { wanted, overlap }
            .Runs(async (call, admin, printer, cancellationToken) =>
            {
                var row = await Entity.FindAsync(admin, call.GetRequiredValue(wanted), cancellationToken);
                await PrintAsync(admin, printer, await admin.RotateApiKeyAsync(row.Id, TimeSpan.FromHours(call.GetValue(overlap)), cancellationToken), cancellationToken);
            });
    }

    private static async Task PrintAsync(TenantAdmin admin, Printer printer, Issued issued, CancellationToken cancellationToken)
    {
        printer.Card(
            await Entity.FindAsync(admin, issued.Id, cancellationToken),
            new Column<ApiKeyRow>("id", static k => k.Id), new("tenant", static k => k.TenantId), new("name", static k => k.Name), new("role", static k => k.Role),
            new("overlap_ends", static k => k.OverlapEnds), new("key", _ => issued.Shown.Reveal()));
        printer.Say("The key is shown this once. Send it as Authorization: Bearer KEY.");
    }
}
