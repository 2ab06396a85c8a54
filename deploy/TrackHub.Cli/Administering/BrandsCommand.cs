using System.CommandLine;
using TrackHub.Cli.Output;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary><c>brands</c>: the scope of matching, keys, windows and identities.</summary>
internal static class BrandsCommand
{
    private static readonly EntityCommand<BrandRow> Entity = new()
    {
        What = "brand",
        OfBrand = false,
        ListAsync = static (admin, _, cancellationToken) => admin.ListBrandsAsync(cancelled: cancellationToken),
        Id = static row => row.Id,
        Names = static row => [row.Name],
        Columns =
        [
            new("id", static row => row.Id), new("name", static row => row.Name), new("tenant", static row => row.TenantId),
            new("consent_basis", static row => row.ConsentBasis), new("time_zone", static row => row.TimeZone),
            new("currency", static row => row.Currency), new("created_at", static row => row.CreatedAt),
        ],
        Settings = static row => row.Settings,
        Keys = BrandSettingKeys.Brand,
        SetAsync = static (admin, id, key, value, cancellationToken) => admin.SetBrandAsync(id, key, value, cancellationToken),
        RemoveAsync = static (admin, id, cancellationToken) => admin.RemoveBrandAsync(id, cancellationToken),
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => Entity.Create("Sellers' brands and everything that is set per brand.", Add(), Rules());

    /// <summary><c>brands rules</c>: what <c>rules_version</c> in a conversion stands for.</summary>
    private static Command Rules()
    {
        var wanted = new Argument<string>("brand") { Description = "By name or id." };
        return new Command("rules", "Every version of the rules by which its sales are matched; --json prints what `replay --rules` reads.") { wanted }
            .Runs(async (call, admin, printer, cancellationToken) =>
            {
                var brand = await Entity.FindAsync(admin, call.GetRequiredValue(wanted), cancellationToken);
                printer.Table(
                    await admin.ListRulesAsync(brand.Id, cancellationToken),
                    [
                        new Column<RulesRow>("version", static row => row.Version), new("since", static row => row.Since),
                        .. BrandSettingKeys.Rules.Select(static key => new Column<RulesRow>(key.Name, row => row.Rules[key.Name])),
                    ]);
            });
    }

    private static Command Add()
    {
        var name = new Argument<string>("NAME") { Description = "Name, unique in its tenant." };
        var tenant = new Option<string?>("--tenant") { Description = "Owner, by name or id. Default: the brand's name, made if need be.", HelpName = "TENANT" };
        var basis = new Option<string?>("--consent-basis")
        {
            Description = "What counts where a buyer's consent is unknown. Default: unset, nothing is sent for them.",
            HelpName = "granted|required",
        };
        basis.AcceptOnlyFromAmong("granted", "required");
        var zone = new Option<string?>("--time-zone") { Description = "IANA zone of its figures. Default America/Sao_Paulo.", HelpName = "ZONE" };
        var currency = new Option<string?>("--currency") { Description = "ISO 4217 code of its figures. Default BRL.", HelpName = "CODE" };
        return new Command("add", "Adds a brand.") { name, tenant, basis, zone, currency }.Runs(async (call, admin, printer, cancellationToken) =>
        {
            var owner = await OwnerAsync(admin, call.GetValue(tenant), call.GetRequiredValue(name), cancellationToken);
            ConsentBasis? consent = call.GetValue(basis) switch { "granted" => ConsentBasis.Granted, "required" => ConsentBasis.Required, _ => null };
            var row = await admin.AddBrandAsync(owner, call.GetRequiredValue(name), consent, call.GetValue(zone), call.GetValue(currency), cancellationToken);
            Entity.Print(printer, row);
            if (consent is null) Warn(printer, row);
        });
    }

    /// <summary>The tenant named, or the one that bears the brand's name: who has one brand need not think of tenants.</summary>
    private static async Task<string> OwnerAsync(TenantAdmin admin, string? wanted, string brand, CancellationToken cancellationToken)
    {
        if (wanted is not null) return (await TenantsCommand.Entity.FindAsync(admin, wanted, cancellationToken)).Id;

        var tenants = await admin.ListTenantsAsync(cancellationToken);
        return (tenants.FirstOrDefault(tenant => tenant.Name == brand) ?? await admin.AddTenantAsync(brand, cancellationToken)).Id;
    }

    private static void Warn(Printer printer, BrandRow row) => printer.Say(
        $"No consent basis: nothing is sent to Meta for buyers whose consent is unknown. Set it with `trackhub brands set {row.Name} consent_basis=granted` (or required).");
}
