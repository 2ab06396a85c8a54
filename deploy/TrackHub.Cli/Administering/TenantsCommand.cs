using System.CommandLine;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary><c>tenants</c>: accounts, which own brands.</summary>
internal static class TenantsCommand
{
    /// <summary>The kind of row.</summary>
    public static readonly EntityCommand<TenantRow> Entity = new()
    {
        What = "tenant",
        OfBrand = false,
        ListAsync = static (admin, _, cancellationToken) => admin.ListTenantsAsync(cancellationToken),
        Id = static row => row.Id,
        Names = static row => [row.Name],
        Columns = [new("id", static row => row.Id), new("name", static row => row.Name), new("created_at", static row => row.CreatedAt)],
        Keys = BrandSettingKeys.Tenant,
        SetAsync = static (admin, id, key, value, cancellationToken) => admin.SetTenantAsync(id, key, value, cancellationToken),
        RemoveAsync = static (admin, id, cancellationToken) => admin.RemoveTenantAsync(id, cancellationToken),
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => Entity.Create("Accounts, which own brands.", Add());

    private static Command Add()
    {
        var name = new Argument<string>("NAME") { Description = "Unique name." };
        return new Command("add", "Adds a tenant.") { name }.Runs(async (call, admin, printer, cancellationToken) =>
            Entity.Print(printer, await admin.AddTenantAsync(call.GetRequiredValue(name), cancellationToken)));
    }
}
