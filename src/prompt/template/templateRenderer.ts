import { BoundedTemplate, TemplateLimitError, type TemplateVariable } from './boundedTemplate';

/**
 * The result of one rendering. A final refusal holds for every conversation: the template must not be tried again. A transient one says nothing of
 * the template, which was not rendered at all.
 */
export type RenderOutcome =
  { readonly text: string } | { readonly refusal: string; readonly isFinal: boolean; readonly isTransient?: boolean };

export type TemplateVariables = Readonly<Record<string, TemplateVariable>>;

/** Renders chat templates. Where a model file's template is rendered, this is a thread that can be ended. */
export interface TemplateRenderer {
  /** Never rejects. */
  render(source: string, variables: TemplateVariables): Promise<RenderOutcome>;
}

/** Renders one template after the other and keeps the last one compiled. */
export class CompiledRenderer {
  private source: string | undefined;
  private template: BoundedTemplate | undefined;

  render(source: string, variables: TemplateVariables): RenderOutcome {
    try {
      if (this.source !== source || !this.template) {
        this.template = undefined;
        this.template = new BoundedTemplate(source);
        this.source = source;
      }
      return { text: this.template.render(variables) };
    } catch (error) {
      return { refusal: error instanceof Error ? error.message : String(error), isFinal: error instanceof TemplateLimitError };
    }
  }
}

/** Renders in this thread. For tests and tools: a template is bounded in what it does, and in a thread of its own also in time. */
export function localRenderer(): TemplateRenderer {
  const renderer = new CompiledRenderer();
  return { render: (source, variables) => Promise.resolve(renderer.render(source, variables)) };
}
