using System.CommandLine;
using Pare.Packing;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary><c>pare apply RECIPE MODEL -o OUT</c>.</summary>
internal sealed class ApplyVerb : Verb
{
    private readonly Argument<string> _recipe = new("RECIPE") { Description = "A recipe that a writing verb kept" };
    private readonly Argument<string> _model = Arguments.Model();
    private readonly Option<string> _output = Arguments.Output("Where to write the model");
    private readonly Option<bool> _force = Arguments.Force();
    private readonly Option<string?> _check = new("--check") { Description = "Run before and after on the same inputs: DATA, random:N or none (default: as in the recipe)", HelpName = "CHECK" };

    public override string Example => "pare apply petals.recipe.json samples/petals/petals.pb -o petals_again.pb";

    protected override IEnumerable<Symbol> Symbols => [_recipe, _model, _output, _check, _force];

    protected override int Run(VerbContext context)
    {
        Recipe recipe = Recipe.Load(context.GetRequired(_recipe));
        if (recipe.Steps is [PackStep { Sqnr: null }])
        {
            PackJob job = new() { Input = context.GetRequired(_model), Output = context.Get(_output)!, Check = (context.Get(_check) ?? recipe.Check) != "none", Threads = context.Threads };
            return PackRunner.Pack(context, job, context.Get(_force));
        }

        RewriteRequest request = new()
        {
            Input = context.GetRequired(_model),
            Output = context.Get(_output)!,
            Steps = recipe.Steps,
            Check = CheckOptions.Parse(context.Get(_check) ?? recipe.Check),
            Force = context.Get(_force),
            Seed = recipe.Seed,
            Signature = recipe.Signature,
            Threads = context.Threads,
        };
        try
        {
            return RewriteRunner.Run(context, request, recipe);
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"{context.GetRequired(_recipe)} was made for {recipe.Input.File} and does not fit {request.Input}: {e.Message}", e.Where, e);
        }
    }
}
