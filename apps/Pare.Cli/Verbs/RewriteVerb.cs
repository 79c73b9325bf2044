using System.CommandLine;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary>A verb that reads a model and writes one: what all of them have in common.</summary>
internal abstract class RewriteVerb : Verb
{
    private readonly Argument<string> _model = Arguments.Model();
    private readonly Option<string> _output = Arguments.Output("Where to write the model");
    private readonly Option<bool> _force = Arguments.Force();
    private readonly Option<string> _check = Arguments.Check();
    private readonly Option<string?> _recipe = Arguments.Recipe();
    private readonly Option<int> _seed = Arguments.Seed();
    private readonly Option<string?> _signature = Arguments.Signature();

    protected sealed override IEnumerable<Symbol> Symbols => [_model, _output, .. Options, _check, _recipe, _signature, _force, _seed];

    /// <summary>The verb's own options.</summary>
    protected abstract IEnumerable<Symbol> Options { get; }

    /// <summary>What the options ask for.</summary>
    protected abstract RecipeStep Step(VerbContext context);

    /// <summary>Where the recipe goes when the user does not say; null for nowhere.</summary>
    protected virtual string? DefaultRecipe(VerbContext context) => null;

    /// <summary>Where the model comes from.</summary>
    protected string ModelOf(VerbContext context) => context.GetRequired(_model);

    /// <summary>The seed of random choices.</summary>
    protected int SeedOf(VerbContext context) => context.Get(_seed);

    /// <summary>Where the model goes.</summary>
    protected string OutputOf(VerbContext context) => context.Get(_output)!;

    protected sealed override int Run(VerbContext context)
    {
        RewriteRequest request = new()
        {
            Input = context.GetRequired(_model),
            Signature = context.Get(_signature),
            Output = context.Get(_output)!,
            Steps = [Step(context)],
            Check = CheckOptions.Parse(context.Get(_check)!),
            Force = context.Get(_force),
            Recipe = context.Get(_recipe) ?? DefaultRecipe(context),
            Seed = context.Get(_seed),
            Threads = context.Threads,
        };
        return RewriteRunner.Run(context, request);
    }
}
